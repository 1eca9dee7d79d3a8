/** Looks at the cluster, at several places at once: the function at its own places, the driver at all others. */
import type { Known } from '@soteria/shared/operation/engine/advance.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { BackupDriver, Kit } from '../../../drivers/backup/driver.ts';
import { type BackupWorld, type FunctionPlace, functionPlaces } from '../../../drivers/backup/world.ts';
import type { Lookers } from './tools.ts';

async function lookAtOne(
  { cluster, store, slots, verified }: Lookers,
  { operation }: Known<BackupWorld>,
  place: FunctionPlace,
  signal?: AbortSignal,
): Promise<BackupWorld> {
  const { namespace, pvc } = claimRefOf(operation);
  switch (place) {
    case 'peers':
      return { peers: { seen: await store.listOfClaim(namespace, pvc, signal) } };
    case 'refuted': {
      const judged = (await verified.proofOf(namespace, pvc, signal))?.points ?? [];
      return { refuted: { seen: judged.filter(({ outcome }) => outcome === 'refuted').map(({ point }) => point) } };
    }
    case 'ownSlot': {
      const { uid } = operation.metadata;
      return { ownSlot: { seen: (await slots.entries(signal)).find((entry) => entry.uid === uid) } };
    }
    case 'paused':
      return { paused: { seen: await cluster.isPaused(signal) } };
    case 'ownClusters':
      return { ownClusters: { seen: await cluster.ownClusters(signal) } };
    case 'identity':
      return { identity: { seen: await cluster.identity(signal) } };
  }
}

export async function lookAt<K extends Kit>(
  tools: Lookers,
  driver: Pick<BackupDriver<K>, 'look'>,
  known: Known<K['world']>,
  at: string | readonly string[],
  signal?: AbortSignal,
): Promise<K['world']> {
  const places = typeof at === 'string' ? [at] : at;
  const own = functionPlaces.filter((place) => places.includes(place));
  const others = places.filter((place) => !own.some((one) => one === place));
  const [world, ...seen] = await Promise.all([
    others.length === 0 ? known.world : driver.look(known, others, signal),
    ...own.map((place) => lookAtOne(tools, known, place, signal)),
  ]);
  return Object.assign({}, world, ...seen) as K['world'];
}
