/** What is there now, read past everybody. */
import { slotsName } from '@soteria/shared/operation/queue/slots.ts';
import { backups, snapshots } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource, SnapshotResource } from '@soteria/shared/longhorn/wire.ts';
import { group, type Operation, version } from '@soteria/shared/operation/record/schema.ts';
import { limits } from './compose.ts';
import type { Ending } from './evidence.ts';
import type { World } from './world.ts';

export function operationsIn({ cluster }: Pick<World, 'cluster'>): Operation[] {
  return cluster.api.list({ group, version, plural: 'operations' }).items as unknown as Operation[];
}

/** Those that were purged after they had ended count as they ended. */
function purgedOnes({ evidence }: Pick<World, 'evidence'>): Operation[] {
  return evidence.changes.flatMap(({ before, after }) =>
    after === undefined && before?.status?.settled === true && !evidence.removedByOthers.has(before.metadata.uid)
      ? [before]
      : [],
  );
}

export function readEnding(world: Pick<World, 'cluster' | 'longhorn' | 'evidence' | 'now'>): Ending {
  const { api } = world.cluster;
  const slots = api
    .list({ group: '', version: 'v1', plural: 'configmaps' }, { fieldSelector: `metadata.name=${slotsName}` })
    .items.map((config) => Object.keys(config['data'] ?? {}).length);
  return {
    operations: [...purgedOnes(world), ...operationsIn(world)],
    snapshots: api.list(snapshots).items as unknown as SnapshotResource[],
    backups: api.list(backups).items as unknown as BackupResource[],
    onTarget: world.longhorn.target.list().filter(({ createdAt }) => createdAt !== ''),
    overwritten: world.longhorn.target.overwritten,
    slotsInUse: slots.reduce((sum, held) => sum + held, 0),
    endedAt: world.now(),
    limits,
  };
}
