/** What a restore would do: resolved for real, nothing made. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { noClusters } from '@soteria/shared/longhorn/own-clusters.ts';
import { type RestorePoint, toRestorePoint } from '@soteria/shared/longhorn/restore-point.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { shapeClaim } from './core/shape-claim.ts';
import { targetToRead } from './longhorn/decide-reading.ts';
import { blockersOf, nextLook, pointOf } from './longhorn/decide-start.ts';
import { lookAt, type Lookers } from './longhorn/look-at.ts';
import type { World } from './longhorn/world.ts';

export interface Plan {
  readonly restore_point: RestorePoint | null;
  /** As it would be made: the source's own shape and what was asked for. */
  readonly claim: object | null;
  readonly blocked_by: readonly object[];
  /** Name of the backup target that Longhorn is to read first, because it does not list the backup of that URL yet. */
  readonly reads_target?: string;
}

/** As far as it must be looked to judge the request. */
export async function lookAlong(tools: Lookers, operation: Operation, signal?: AbortSignal): Promise<World> {
  let world: World = {};
  for (let place = nextLook(operation, world); place !== undefined; place = nextLook(operation, world)) {
    world = await lookAt(tools, { operation, world }, place, signal);
  }
  return world;
}

export function planOf(operation: Operation, world: World): Plan {
  const point = pointOf(operation, world);
  const blocked = blockersOf(operation, world).map(({ code, explanation, details }) =>
    Object.assign({ code }, explanation, details),
  );
  if (point === undefined || point instanceof SoteriaError) {
    const target = targetToRead(operation, world);
    const first = target === undefined ? {} : { reads_target: target.name };
    return { restore_point: null, claim: null, blocked_by: blocked, ...first };
  }
  const shape = shapeClaim(point, operation.spec.request);
  return {
    restore_point: toRestorePoint(point, world.ownClusters?.seen ?? noClusters),
    claim:
      shape instanceof SoteriaError
        ? null
        : {
            storage_class: shape.storageClassName,
            access_modes: shape.accessModes,
            volume_mode: shape.volumeMode,
            fs_type: shape.fsType,
            size_bytes: shape.sizeBytes,
            grown_to: shape.size ?? null,
            labels: shape.labels,
            encrypted: shape.volume.isEncrypted,
            shape_recorded: shape.isRecorded,
          },
    blocked_by: blocked,
  };
}
