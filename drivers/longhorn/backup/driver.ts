/** Backups with Longhorn: a Snapshot, then a Backup made from it. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { presentClaimOf, volumeHandleOf } from '@soteria/shared/longhorn/live-volume.ts';
import { knownBackups, longhornPoints } from '@soteria/shared/longhorn/restore-points.ts';
import { longhornName } from '@soteria/shared/operation/kinds/drivers.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { BackupDecisions, BackupDriver, Beginning } from '../../backup/driver.ts';
import type { OwnAction } from './action.ts';
import { decide } from './decide.ts';
import { decideTidy, whatStays } from './decide-tidy.ts';
import { lookAt } from './look-at.ts';
import { nameOfAttempt } from './names-of-attempt.ts';
import { afterRecord, perform } from './perform.ts';
import { tidyLeftovers, tidyOrphan } from './tidy-orphans.ts';
import type { Tools } from './tools.ts';
import { readWatched } from './watched.ts';
import { blockersOf, nextLooks } from './why-not-backable.ts';
import { whyRefused } from './why-refused.ts';
import type { Place, World } from './world.ts';

export interface LonghornKit {
  readonly world: World;
  readonly action: OwnAction;
  readonly place: Place;
}

function begin(operation: Operation, { volume: look }: World): Beginning | SoteriaError {
  const { namespace, pvc } = claimRefOf(operation);
  const volume = look?.seen;
  if (volume === undefined) {
    return new SoteriaError('volume_not_found', {
      what: `claim ${namespace}/${pvc} cannot be backed up`,
      why: 'its Longhorn volume could not be resolved',
      fix: `see: kubectl describe pvc -n ${namespace} ${pvc}`,
    });
  }
  const { name, nodeId: node, backupTargetName: backupTarget } = volume;
  return {
    // The list of peers can miss an operation that has no labels yet; the slots miss none.
    need: { on: 'volume', key: name, mode: 'shared', node, isOneOfKind: true },
    first: {
      step: 'snapshot',
      progress: 10,
      message: `creating a snapshot of volume ${name}`,
      work: { attempt: 1, volume: name, backupTarget, snapshot: nameOfAttempt(operation, 1) },
    },
  };
}

function madeByNamesake({ metadata: { name, namespace = '', uid } }: Operation, { points }: World): string | undefined {
  const point = points?.seen?.find(
    ({ state, catalogue }) =>
      state === 'Completed' &&
      catalogue[catalogueKeys.operation] === name &&
      catalogue[catalogueKeys.namespace] === namespace &&
      catalogue[catalogueKeys.operationUid] !== uid,
  );
  return point?.name;
}

export const longhornDecisions: BackupDecisions<LonghornKit> = {
  name: longhornName,
  namesIn: (work) => [work?.snapshot, work?.backup],
  hasBegun: (work) => work?.snapshot !== undefined,
  whyVolumeNot: (volume) =>
    volumeHandleOf(volume) === undefined
      ? `its volume belongs to ${volume.spec?.csi?.driver ?? 'no CSI driver'}, not to Longhorn`
      : undefined,
  nextLooks,
  blockersOf,
  pointsAt: 'points',
  hasListed: ({ points }) => points !== undefined,
  pointsOf: ({ points }, own) => knownBackups(points?.seen ?? [], own),
  volumeOf: ({ volume }) => volume?.seen?.name,
  madeByNamesake,
  begin,
  decide,
  tidy: decideTidy,
  whatStays,
  isIntent: ({ status }, { work }) => work?.backup !== undefined && work.backup !== status?.work?.backup,
  afterRecord,
  /** The claim as it was when its snapshot was taken: what the backup's catalogue is made of. */
  lasting({ operation, world: { claim, persistentVolume, volume } }) {
    if (operation.status?.work?.backup !== undefined) return {};
    return {
      ...(claim === undefined ? {} : { claim }),
      ...(persistentVolume === undefined ? {} : { persistentVolume }),
      ...(volume === undefined ? {} : { volume }),
    };
  },
  view(operation, { volume: look }, { defaultMode }) {
    const { result, work } = statusOf(operation);
    const volume = look?.seen;
    return {
      volume: work?.volume ?? volume?.name ?? null,
      backup: result?.backup ?? work?.snapshot ?? nameOfAttempt(operation, 1),
      backup_target: work?.backupTarget ?? volume?.backupTargetName ?? null,
      mode: operation.spec.request.mode ?? defaultMode,
      estimated_bytes: volume?.actualSizeBytes ?? null,
    };
  },
};

export function createLonghornBackups(tools: Tools): BackupDriver<LonghornKit> {
  const { longhorn, cluster, checkReachability } = tools;
  return {
    ...longhornDecisions,
    look: (known, places, signal) => lookAt(tools, known, places, signal),
    perform: (known, action, signal) => perform(tools, known, action, signal),
    whyRefused: (situation, signal) => whyRefused(tools, situation, signal),
    listPoints: async (signal) => (await longhorn.backups.list({}, signal)).map((one) => longhornPoints.describe(one)),
    presentClaim: (ref, signal) => presentClaimOf(cluster, ref, signal),
    watches: ['Snapshot', 'Backup'],
    readWatched: (kind, { name }, signal) => readWatched(tools, kind, name, signal),
    tidyOrphan: (orphan, call) => tidyOrphan(tools, orphan, call),
    tidyLeftovers: (call) => tidyLeftovers(tools, call),
    checkReachability,
  };
}
