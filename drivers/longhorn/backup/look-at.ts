/** Looks at the cluster: one call a place, several places at once. */
import type { Known } from '@soteria/shared/operation/engine/advance.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { volumeHandleOf } from '@soteria/shared/longhorn/live-volume.ts';
import type { Tools } from './tools.ts';
import type { Place, World } from './world.ts';

/** Names that are known, and where they are not yet, what they most likely are: see `withoutWrongGuesses`. */
function namesFor({ operation, world }: Known<World>) {
  const { work } = statusOf(operation);
  const { claim, persistentVolume: under, volume } = world;
  const persistentVolume = claim === undefined ? (work?.volume ?? '') : (claim.seen?.spec?.volumeName ?? '');
  const handle = under?.seen === undefined ? '' : (volumeHandleOf(under.seen) ?? '');
  return {
    persistentVolume,
    volume: work?.volume ?? (under === undefined ? persistentVolume : handle),
    target: work?.backupTarget ?? (volume === undefined ? 'default' : (volume.seen?.backupTargetName ?? '')),
  };
}

async function lookAtOne(
  { longhorn, cluster }: Pick<Tools, 'longhorn' | 'cluster'>,
  known: Known<World>,
  place: Place,
  signal?: AbortSignal,
): Promise<World> {
  const { operation } = known;
  const { namespace, pvc } = claimRefOf(operation);
  const { work } = statusOf(operation);
  const names = namesFor(known);
  switch (place) {
    case 'claim':
      return { claim: { seen: await cluster.getClaim(namespace, pvc, signal) } };
    case 'persistentVolume': {
      const name = names.persistentVolume;
      return {
        persistentVolume: { seen: name === '' ? undefined : await cluster.getPersistentVolume(name, signal) },
      };
    }
    case 'volume':
      return { volume: { seen: await longhorn.getVolume(names.volume, signal) } };
    case 'target':
      return { target: { seen: await longhorn.getTarget(names.target, signal) } };
    case 'backupVolume':
      return { backupVolume: { seen: await longhorn.getBackupVolume(names.target, names.volume, signal) } };
    case 'snapshot':
      return { snapshot: { seen: await longhorn.snapshots.get(work?.snapshot ?? '', signal) } };
    case 'backup':
      return { backup: { seen: await longhorn.backups.get(work?.backup ?? '', signal) } };
    case 'points':
      return { points: { seen: await longhorn.backups.list({ volume: names.volume }, signal) } };
    case 'catalogue':
      return { catalogue: { seen: await longhorn.backups.list({}, signal) } };
    case 'snapshots':
      return { snapshots: { seen: await longhorn.snapshots.listOfVolume(names.volume, signal) } };
  }
}

/** What was looked at under a name that proves wrong was not looked at. */
function withoutWrongGuesses(before: Known<World>, places: readonly Place[], world: World): World {
  const guessed = namesFor(before);
  const right = namesFor({ ...before, world });
  const isWrong = (place: Place): boolean =>
    places.includes(place) &&
    ((place === 'persistentVolume' && guessed.persistentVolume !== right.persistentVolume) ||
      (place === 'volume' && guessed.volume !== right.volume) ||
      (place === 'target' && guessed.target !== right.target));
  return Object.fromEntries(Object.entries(world).filter(([place]) => !isWrong(place as Place)));
}

export async function lookAt(
  tools: Pick<Tools, 'longhorn' | 'cluster'>,
  known: Known<World>,
  places: readonly Place[],
  signal?: AbortSignal,
): Promise<World> {
  const seen = await Promise.all(places.map((place) => lookAtOne(tools, known, place, signal)));
  return withoutWrongGuesses(known, places, Object.assign({}, known.world, ...seen) as World);
}
