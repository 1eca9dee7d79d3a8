/** A simulated process's way to the API server: a gate before every call, outages, lost answers, and a witness. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import { backups, longhornGroup, snapshots } from '@soteria/shared/longhorn/resource-types.ts';
import { type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import type { Evidence, LonghornWrite } from './evidence.ts';
import { wantedForMs } from './owners.ts';
import type { Scheduler } from './scheduler.ts';

/** `down`: nothing is done. `answers lost`: all is done, and the caller never hears of it. Counts down by calls. */
export interface Outage {
  mode: 'down' | 'answers lost';
  callsLeft: number;
}

export interface ConnectionOptions {
  readonly process: number;
  readonly cluster: MemoryCluster;
  readonly scheduler: Scheduler;
  readonly outage: Outage;
  readonly evidence: Evidence;
  /** Before a prune deletes this backup. */
  readonly beforePrune?: ((name: string) => void) | undefined;
  /** The world's clock, not the process's. */
  readonly now: () => Date;
}

function unavailable(verb: string, plural: string): SoteriaError {
  return new SoteriaError('cluster_unavailable', {
    what: `${verb} ${plural} did not succeed`,
    why: 'the API server did not answer',
    fix: 'wait until it answers again',
  });
}

export function createConnection(options: ConnectionOptions): KubernetesClient {
  const { process, cluster, scheduler, outage, evidence, now } = options;
  const { client } = cluster;
  /** Names that this process has read to be made: between two processes nobody can know what the other is about to do. */
  const made = new Set<string>();

  function learn<T>(plural: string, answer: T): T {
    if (plural !== operations.plural || answer === undefined) return answer;
    const { work } = (answer as unknown as Operation).status ?? {};
    if (work?.snapshotMade === true) made.add(`snapshots/${work.snapshot}`);
    if (work?.backupMade === true) made.add(`backups/${work.backup}`);
    return answer;
  }

  async function call<R>(verb: string, plural: string, act: () => Promise<R>): Promise<R> {
    await scheduler.pass(process);
    const isStruck = outage.callsLeft > 0;
    if (isStruck) outage.callsLeft -= 1;
    if (isStruck && outage.mode === 'down') throw unavailable(verb, plural);
    const answer = await act();
    if (isStruck) throw unavailable(verb, plural);
    return answer;
  }

  /** Refused is not asked for; of all else nobody can tell what will have come of it. */
  async function notedAsAsked<R>(plural: string, name: string, act: () => Promise<R>): Promise<R> {
    let isRefused = false;
    try {
      return await act();
    } catch (error) {
      isRefused = error instanceof SoteriaError && error.code === 'cluster_refused';
      throw error;
    } finally {
      if (plural === backups.plural && !isRefused) evidence.asked.push(name);
    }
  }

  async function notedAsKept(plural: string, name: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const isForGood = error instanceof SoteriaError && error.code === 'cluster_forbidden';
      if (plural === snapshots.plural && isForGood) evidence.kept.add(name);
      throw error;
    }
  }

  /** Of Longhorn's objects only: whose they are is asked of the cluster at the very instant of the write. */
  async function witnessed<T extends KubernetesObject, R>(
    verb: LonghornWrite['verb'],
    type: ResourceType<T>,
    ref: { readonly name: string; readonly namespace?: string | undefined },
    act: () => Promise<R>,
  ): Promise<R> {
    const pausedForMs = evidence.pausedAt === undefined ? 0 : now().getTime() - evidence.pausedAt.getTime();
    if (type.group !== longhornGroup) return act();
    const isKnownMade = verb === 'create' && made.has(`${type.plural}/${ref.name}`);
    const { group, version, plural } = type;
    // Past the parser: at each write of a history it would cost more than the write.
    const look = () => cluster.api.find({ group, version, plural, ...ref }) as KubernetesObject | undefined;
    const before = verb === 'create' ? undefined : look();
    const answer = await act();
    const uid = before?.metadata.uid ?? (verb === 'create' ? look()?.metadata.uid : undefined);
    if (uid !== undefined) {
      evidence.writes.push({
        at: cluster.revision,
        verb,
        plural: type.plural,
        name: ref.name,
        uid,
        isKnownMade,
        pausedForMs,
        waitedMs: verb === 'delete' ? wantedForMs(cluster, before, now()) : undefined,
      });
    }
    return answer;
  }

  return {
    get: (type, ref, given) =>
      call('get', type.plural, async () => learn(type.plural, await client.get(type, ref, given))),
    list: (type, query, given) => call('list', type.plural, () => client.list(type, query, given)),
    create: (type, draft, given) =>
      call('create', type.plural, () => {
        const act = () => client.create(type, draft, given);
        const { name = '', namespace } = draft.metadata;
        if (given?.isDryRun === true) return act();
        return witnessed('create', type, { name, namespace }, () => notedAsAsked(type.plural, name, act));
      }),
    replace: (type, object, given) =>
      call('replace', type.plural, () =>
        witnessed('replace', type, object.metadata, async () =>
          learn(type.plural, await client.replace(type, object, given)),
        ),
      ),
    patch: (type, ref, patch, given) =>
      call('patch', type.plural, () => witnessed('patch', type, ref, () => client.patch(type, ref, patch, given))),
    delete: (type, ref, given) =>
      call('delete', type.plural, () => {
        if (type.plural === backups.plural) options.beforePrune?.(ref.name);
        return witnessed('delete', type, ref, () =>
          notedAsKept(type.plural, ref.name, () => client.delete(type, ref, given)),
        );
      }),
  };
}
