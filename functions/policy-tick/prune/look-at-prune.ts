/** Looks at the cluster for one Prune: one place a call. */
import type { Known } from '@soteria/shared/operation/engine/advance.ts';
import { liveVolumeOf } from '@soteria/shared/longhorn/live-volume.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { openSelector } from '@soteria/shared/operation/record/store.ts';
import { restorePointOf } from '@soteria/shared/restore-points/restore-point.ts';
import { whySharedId } from '@soteria/shared/restore-points/shared-cluster-id.ts';
import { volumeOf } from './plan-of.ts';
import type { PruneTools } from './tools.ts';
import { wantedPoints } from './wanted-points.ts';
import type { PruneFacts, PrunePlace, PruneWorld } from './world.ts';

async function lookAtFacts(
  tools: PruneTools,
  { operation, world }: Known<PruneWorld>,
  signal?: AbortSignal,
): Promise<PruneFacts> {
  const { points: port, cluster, verified, store, holds, now } = tools;
  const { namespace, pvc } = sourceRefOf(operation);
  const volume = volumeOf(operation, world) ?? '';
  const isPlanned = operation.status?.work?.plan !== undefined;
  // Whether two clusters share one id is asked of all points once, and of those of the volume before each deletion.
  const [points, all, proof, own, self, ofClaim, open, held] = await Promise.all([
    port.list({ volume }, signal),
    isPlanned ? undefined : port.list({}, signal),
    verified.proofOf(namespace, pvc, signal),
    cluster.ownClusters(signal),
    cluster.identity(signal),
    store.listOfClaim(namespace, pvc, signal),
    // Restores into other namespaces too.
    store.list({ fieldSelector: openSelector }, signal),
    holds.list(signal),
  ]);
  const sharedId = whySharedId(
    (all ?? points).map(({ facts }) => facts),
    self,
    now(),
  );
  const targets = new Set([operation.status?.work?.backupTarget, ...points.map(({ facts }) => facts.target)]);
  const away = new Map<string, string>();
  for (const target of targets) {
    const why = typeof target === 'string' ? await port.whyAway(target, signal) : undefined;
    if (typeof target === 'string' && why !== undefined) away.set(target, why);
  }
  const backups = ofClaim.filter(({ spec }) => spec.kind === 'Backup');
  const wanted = wantedPoints(
    open,
    points.map(({ facts }) => restorePointOf(facts, own)),
  );
  return { points, proof, own, backups, held: new Set([...held.keys(), ...wanted]), sharedId, away };
}

export async function lookAtPrune(
  tools: PruneTools,
  known: Known<PruneWorld>,
  place: PrunePlace,
  signal?: AbortSignal,
): Promise<PruneWorld> {
  const { operation, world } = known;
  const volume = volumeOf(operation, world) ?? '';
  switch (place) {
    case 'policy':
      return { ...world, policy: { seen: await tools.memory.policyOf(operation.spec.request.policy ?? '', signal) } };
    case 'liveVolume':
      return { ...world, liveVolume: { seen: await liveVolumeOf(tools.cluster, sourceRefOf(operation), signal) } };
    case 'facts':
      return { ...world, facts: { seen: await lookAtFacts(tools, known, signal) } };
    case 'busy':
      return { ...world, busy: { seen: await tools.points.whyBusy(volume, signal) } };
    case 'readAt': {
      const target = operation.status?.work?.backupTarget ?? '';
      return { ...world, readAt: { seen: await tools.points.readAt(target, volume, signal) } };
    }
  }
}
