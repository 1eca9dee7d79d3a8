/** Advances one Job: reads, decides, performs one action. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { type Job, jobs, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { containerEnvironment } from '../mesh/manifest/service-schema.ts';
import { resolveEnv } from '../mesh/serving/resolve-env.ts';
import type { NextLook } from '../longhorn/work-queue.ts';
import { decideJob } from './decide-job.ts';
import { type ContainerState, instant, ownScheduler, podDraft, podName, podStatus } from './job-pod.ts';
import { activeStatus, completeStatus, failedStatus } from './job-status.ts';
import { type Container, planProcess, whyRefused } from './plan-process.ts';
import { type PodVolumes, findVolumes, makeEmptyFolders } from './pod-volumes.ts';
import { runContainer } from './run-container.ts';
import { type RunningPods, hasEnded, hasEndedWell } from './running-pods.ts';

export interface JobWorld {
  readonly client: KubernetesClient;
  readonly bundlesFolder: string;
  /** Holds what is deleted with a Pod: its empty folders and termination messages. */
  readonly dataDir: string;
  /** The image without a tag. */
  readonly ownImage: string;
  readonly claimFolder: (namespace: string, claim: string) => string;
  readonly accountEnv: (serviceAccount: string) => Promise<Readonly<Record<string, string>>>;
  readonly running: RunningPods;
  readonly onLine: (pod: string, stream: 'stdout' | 'stderr', line: string) => void;
  /** Requests another look at the Job. */
  readonly wake: (job: Job) => void;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  now(): Date;
}

type Ref = { readonly name: string; readonly namespace: string | undefined };

export async function reconcileJob(world: JobWorld, ref: Ref, uid: string): Promise<NextLook> {
  const job = await world.client.get(jobs, ref, world);
  if (job === undefined || job.metadata.uid !== uid) {
    await removePods(world, ref, uid);
    return undefined;
  }
  const ended = endOf(job);
  const containers = containersOf(job);
  const volumes = await findVolumes(job, { ...world, podFolder: podFolder(world, job) });
  const running = world.running.get(uid);
  const action = decideJob(
    {
      isDeleting: job.metadata.deletionTimestamp !== undefined,
      isEnded: ended !== undefined,
      startedAt: job.status?.startTime,
      endedAt: ended?.lastTransitionTime,
      deadlineSeconds: job.spec?.activeDeadlineSeconds,
      ttlSeconds: job.spec?.ttlSecondsAfterFinished,
      refusal: whyRefused(containers, world.ownImage),
      waitsFor: volumes.waitsFor,
      hasPod: (await world.client.get(pods, { ...ref, name: podName(job) }, world)) !== undefined,
      processes: running === undefined ? 'none' : hasEnded(running) ? 'ended' : 'running',
      isGood: running !== undefined && hasEndedWell(running),
    },
    world.now(),
    world.pollMs,
  );
  switch (action.type) {
    case 'accept':
      await patchJob(world, ref, activeStatus(world.now(), false));
      return undefined;
    case 'start':
      await start(world, job, containers, volumes);
      return undefined;
    case 'complete':
      await showPod(world, job);
      await patchJob(world, ref, completeStatus(world.now()));
      return end(world, job);
    case 'fail':
      await fail(world, job, action.reason, action.message);
      return end(world, job);
    case 'remove':
      await world.client.delete(jobs, ref, { uid, propagationPolicy: 'Background', signal: world.signal });
      return undefined;
    case 'wait':
      return { laterMs: action.ms };
    case 'nothing':
      break;
  }
  return undefined;
}

function containersOf(job: Job): readonly Container[] {
  return job.spec?.template.spec?.containers ?? [];
}

function endOf(job: Job) {
  return job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
}

function podFolder({ dataDir }: JobWorld, { metadata }: Job): string {
  return join(dataDir, metadata.uid);
}

/** Makes the Pod first: a Job with a Pod and without a process was interrupted, and is not started twice. */
async function start(world: JobWorld, job: Job, containers: readonly Container[], volumes: PodVolumes): Promise<void> {
  const folder = podFolder(world, job);
  await mkdir(folder, { recursive: true });
  await makeEmptyFolders(job, volumes);
  const environments = await Promise.all(containers.map((container) => environmentOf(world, job, container)));
  await world.client.create(pods, podDraft(job), world);
  const states = new Map<string, ContainerState>();
  const processes = await Promise.all(
    containers.map(async (container, index) => {
      const terminationMessageFile = join(folder, `${container.name}.termination-message`);
      const places = {
        bundlesFolder: world.bundlesFolder,
        folders: volumes.folders,
        terminationMessageFile,
        env: environments[index] ?? {},
      };
      states.set(container.name, { state: 'running', startedAt: world.now() });
      const running = await runContainer({
        plan: planProcess(container, places),
        terminationMessageFile,
        isOutputMessage: container.terminationMessagePolicy === 'FallbackToLogsOnError',
        onLine: (stream, line) => world.onLine(podName(job), stream, line),
        now: () => world.now(),
      });
      const ended = running.ended.then((end) => states.set(container.name, { state: 'ended', ...end }));
      return { ...running, whenTold: ended };
    }),
  );
  const ended = Promise.all(processes.map(({ whenTold }) => whenTold));
  world.running.add(job.metadata.uid, { containers: states, processes, ended });
  await showPod(world, job);
  await patchJob(world, job.metadata, {
    active: 1,
    ready: 1,
    startTime: job.status?.startTime ?? instant(world.now()),
  });
  void ended.then(() => world.wake(job));
}

/** A Pod that names an account gets the access that its token would give. */
async function environmentOf(world: JobWorld, job: Job, container: Container): Promise<Record<string, string>> {
  const account = job.spec?.template.spec?.serviceAccountName;
  const asAccount = account === undefined ? {} : await world.accountEnv(account);
  const own = await resolveEnv(world.client, job.metadata.namespace ?? '', containerEnvironment.parse(container));
  return { ...own, ...asAccount };
}

async function fail(world: JobWorld, job: Job, reason: string, message: string): Promise<void> {
  const { uid } = job.metadata;
  const running = world.running.get(uid);
  if (running !== undefined) {
    for (const one of running.processes) one.kill();
    await running.ended;
  }
  const hadPod = await showPod(world, job, { reason, message });
  await patchJob(world, job.metadata, failedStatus(reason, message, hadPod, world.now()));
}

/** False when the object does not exist. */
async function showPod(
  world: JobWorld,
  job: Job,
  lost?: { readonly reason: string; readonly message: string },
): Promise<boolean> {
  const at = { name: podName(job), namespace: job.metadata.namespace };
  const running = world.running.get(job.metadata.uid);
  const images = new Map(containersOf(job).map(({ name, image = '' }) => [name, image]));
  const status = running === undefined ? { phase: 'Failed', ...lost } : podStatus(running.containers, images);
  try {
    await world.client.patch(pods, at, { status }, { subresource: 'status', signal: world.signal });
    return true;
  } catch (error) {
    if (error instanceof SoteriaError && error.code === 'not_found') return false;
    throw error;
  }
}

async function end(world: JobWorld, job: Job): Promise<NextLook> {
  await world.running.drop(job.metadata.uid);
  await rm(podFolder(world, job), { recursive: true, force: true });
  return undefined;
}

async function patchJob(
  world: JobWorld,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  status: Readonly<Record<string, unknown>>,
): Promise<void> {
  await world.client.patch(jobs, { name, namespace }, { status }, { subresource: 'status', signal: world.signal });
}

/** Deletes the Pods of a deleted Job where no garbage collector does it. */
async function removePods(world: JobWorld, { name, namespace }: Ref, uid: string): Promise<void> {
  await world.running.drop(uid);
  await rm(join(world.dataDir, uid), { recursive: true, force: true });
  for await (const pod of listAll(world.client, pods, { namespace, labelSelector: `job-name=${name}` }, world)) {
    const isOwn = pod.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
    if (!isOwn || pod.spec?.schedulerName !== ownScheduler) continue;
    await world.client.delete(pods, { name: pod.metadata.name, namespace }, world);
  }
}
