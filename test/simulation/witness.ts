/** Watches every stored change and writes down what the invariants need. */
import type { Commit } from '@soteria/shared/fakes/kubernetes/cluster-state.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { backups } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource } from '@soteria/shared/longhorn/wire.ts';
import { slotsName } from '@soteria/shared/operation/queue/slots.ts';
import { group, type Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Evidence } from './evidence.ts';
import { longhornNamespace } from './longhorn/objects.ts';
import type { BackupStoreOnTarget } from './longhorn/target.ts';

export function witness(cluster: MemoryCluster, target: BackupStoreOnTarget, evidence: Evidence): void {
  const known = new Map<string, Operation>();

  /** At this very instant: on the target, and its object, if there is one, says all that a restore needs (longhorn.md 0.2). */
  function isRestorable(operation: Operation): boolean {
    const name = operation.status?.result?.backup ?? '';
    if (target.get(name) === undefined) return false;
    const { group: of, version, plural } = backups;
    const { items } = cluster.api.list(
      { group: of, version, plural, namespace: longhornNamespace },
      { fieldSelector: `metadata.name=${name}` },
    );
    const [object] = items as unknown as BackupResource[];
    // Longhorn has lost its list between the look and the record: what is on the target is listed again.
    if (object === undefined) return true;
    const { status } = object;
    return status?.state === 'Completed' && (status.lastSyncedAt ?? '') !== '' && (status.url ?? '') !== '';
  }

  function noteOperation({ revision, key, object }: Commit): void {
    const before = known.get(key);
    const after = object === null ? undefined : (object as unknown as Operation);
    if (after === undefined) known.delete(key);
    else known.set(key, after);
    const isOfClaim = after?.spec.kind === 'Backup';
    const hasSucceeded = isOfClaim && after?.status?.phase === 'Succeeded' && before?.status?.phase !== 'Succeeded';
    evidence.changes.push({
      at: revision,
      before,
      after,
      isRestorable: hasSucceeded ? isRestorable(after) : undefined,
    });
    // The backup of a namespace only waits for others.
    const running = [...known.values()].filter(
      ({ spec, status }) => spec.kind === 'Backup' && status?.phase === 'Running',
    );
    const byClaim = Map.groupBy(running, ({ spec }) => spec.request.pvc);
    const { most } = evidence;
    most.running = Math.max(most.running, running.length);
    for (const of of byClaim.values()) most.runningOfClaim = Math.max(most.runningOfClaim, of.length);
  }

  cluster.onCommit((commit) => {
    if (commit.group === group && commit.plural === 'operations') noteOperation(commit);
    if (commit.plural === 'configmaps' && commit.key.endsWith(`/${slotsName}`)) {
      const data: unknown = commit.object?.['data'];
      const held = typeof data === 'object' && data !== null ? Object.keys(data).length : 0;
      evidence.most.slots = Math.max(evidence.most.slots, held);
    }
  });
}
