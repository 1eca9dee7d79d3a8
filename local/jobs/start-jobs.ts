/**
 * Runs Soteria's own Jobs as processes of this machine: an ordinary API client that replaces a cluster's Job controller,
 * scheduler and kubelets. Invariants:
 *  1. Only Jobs that Soteria has made are run, and only with its own image; any other image is refused by name.
 *  2. A Pod is made before its process: after a restart a Job with a Pod and without a process has failed, and is not run twice.
 *  3. A claim is its folder; a read-only mount cannot be written to (see `plan-process.ts`).
 */
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@soteria/shared/log/log.ts';
import { type WatchingClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { type Job, jobs, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { managedLabel } from '@soteria/shared/operation/record/marks.ts';
import { createWorkQueue } from '../longhorn/work-queue.ts';
import { ownScheduler } from './job-pod.ts';
import { type JobWorld, reconcileJob } from './reconcile-job.ts';
import { createRunningPods } from './running-pods.ts';

export interface JobsOptions {
  readonly client: WatchingClient;
  /** The folder that holds `runner.cjs`. */
  readonly bundlesFolder: string;
  readonly dataDir: string;
  readonly claimFolder: (namespace: string, claim: string) => string;
  /** How a process reaches the API server as that account. */
  readonly accountEnv: (serviceAccount: string) => Promise<Readonly<Record<string, string>>>;
  readonly log: Log;
  /** Gets the output of the processes. */
  readonly onLine: (pod: string, stream: 'stdout' | 'stderr', line: string) => void;
  /** The image without a tag; default: the image of the manifests. */
  readonly ownImage?: string;
  /** The time between two looks at a Job that waits for its claim. */
  readonly pollMs?: number;
  readonly now?: () => Date;
}

export interface LocalJobs {
  /** Kills the running processes; their Jobs fail with the next start. */
  stop(): Promise<void>;
}

const pauseAfterFailureMs = 500;
const ours = `${managedLabel}=true`;

/** Resolves when every Job has been listed once. */
export async function startJobs(options: JobsOptions): Promise<LocalJobs> {
  const { client, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  await mkdir(options.dataDir, { recursive: true });
  const queue = createWorkQueue({
    look: (key) => {
      const [namespace, name = '', uid = ''] = key.split('/');
      return reconcileJob(world, { name, namespace }, uid);
    },
    onError(key, thrown, failures) {
      if (!signal.aborted && failures > 2) log.error('job_look_failed', thrown, { job: key, failures });
    },
  });
  const world: JobWorld = {
    client,
    bundlesFolder: options.bundlesFolder,
    dataDir: options.dataDir,
    ownImage: options.ownImage ?? 'ghcr.io/soteria-dev/soteria',
    claimFolder: options.claimFolder,
    accountEnv: options.accountEnv,
    running: createRunningPods(),
    onLine: options.onLine,
    wake: (job) => queue.add(keyOf(job)),
    pollMs: options.pollMs ?? 200,
    signal,
    now: options.now ?? (() => new Date()),
  };

  async function watchOnce(onListed: () => void): Promise<void> {
    for await (const event of client.watch(jobs, { labelSelector: ours }, { signal })) {
      if (event.type === 'resync') {
        for (const job of event.objects) queue.add(keyOf(job));
        for (const key of await keysOfPods(client, signal)) queue.add(key);
        onListed();
      } else queue.add(keyOf(event.object));
    }
  }

  const watching = Promise.withResolvers<void>();
  const listed = Promise.withResolvers<void>();
  async function watchForEver(): Promise<void> {
    while (!signal.aborted) {
      try {
        await watchOnce(() => listed.resolve());
      } catch (error) {
        if (signal.aborted) break;
        log.error('jobs_watch_broken', error);
        await pause(pauseAfterFailureMs, undefined, { signal }).catch(() => {});
      }
    }
    listed.resolve();
    watching.resolve();
  }
  void watchForEver();
  await listed.promise;
  queue.start();
  return {
    async stop() {
      stopping.abort();
      await queue.stop();
      await world.running.dropAll();
      await watching.promise;
    },
  };
}

function keyOf({ metadata: { namespace, name, uid } }: Job): string {
  return `${namespace ?? ''}/${name}/${uid}`;
}

/** Keys of the Jobs that still have Pods: finds Jobs that were deleted while nothing watched. */
async function keysOfPods(client: WatchingClient, signal: AbortSignal): Promise<string[]> {
  const keys: string[] = [];
  for await (const { metadata, spec } of listAll(client, pods, { labelSelector: ours }, { signal })) {
    const [owner] = metadata.ownerReferences ?? [];
    if (owner?.kind === 'Job' && spec?.schedulerName === ownScheduler) {
      keys.push(`${metadata.namespace ?? ''}/${owner.name}/${owner.uid}`);
    }
  }
  return keys;
}
