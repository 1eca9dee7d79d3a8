/** What a restore would do: resolved for real, nothing made. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { noClusters } from '@soteria/shared/restore-points/own-clusters.ts';
import { toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import { type RestorePoint, withJudgement } from '@soteria/shared/restore-points/restore-point.ts';
import { claimRefOf } from '@soteria/shared/operation/claim-ref.ts';
import { restoredVolumeName } from '@soteria/shared/operation/names.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { namespaceMissing } from './ask.ts';
import type { Claims } from './claims.ts';
import { shapeClaim } from './new-claim/shape-claim.ts';
import { claimDraft } from './longhorn/claim-objects.ts';
import { targetToRead } from './longhorn/decide-reading.ts';
import { blockersOf, nextLook } from './longhorn/decide-start.ts';
import { lookAt } from './longhorn/look-at.ts';
import type { Lookers } from './longhorn/tools.ts';
import type { World } from './longhorn/world.ts';
import { judgementOfPoint, warningOf } from './proof/refuted-warning.ts';

export interface Plan {
  readonly restore_point: RestorePoint | null;
  /** As it would be made: the source's own shape and what was asked for. */
  readonly claim: object | null;
  readonly blocked_by: readonly object[];
  /** Name of the backup target that Longhorn is to read first, because it does not list the backup of that URL yet. */
  readonly reads_target?: string;
  /** Name of the backing image that Longhorn is to make from its backup first. */
  readonly restores_image?: string;
}

export interface PlanTools extends Lookers {
  readonly claims: Claims;
}

/** As far as it must be looked to judge the request. */
export async function lookAlong(tools: Lookers, operation: Operation, signal?: AbortSignal): Promise<World> {
  let world: World = {};
  for (let place = nextLook(operation, world); place !== undefined; place = nextLook(operation, world)) {
    world = await lookAt(tools, { operation, world }, place, signal);
  }
  return world;
}

function planOf(operation: Operation, world: World): Plan {
  const { chosen: point } = world;
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
    ...(world.imageBackup?.seen === undefined ? {} : { restores_image: world.imageBackup.seen.image }),
  };
}

/** What the cluster itself has against the claim: its namespace, a quota, a policy. Asked for real, and nothing is made. */
async function whyNotHere(
  { claims }: PlanTools,
  operation: Operation,
  world: World,
  signal?: AbortSignal,
): Promise<SoteriaError | undefined> {
  // Of a test it is known already.
  if (world.noTest?.seen !== undefined) return undefined;
  const { chosen: point } = world;
  const shape =
    point === undefined || point instanceof SoteriaError ? point : shapeClaim(point, operation.spec.request);
  if (shape === undefined || shape instanceof SoteriaError || world.claim?.seen !== undefined) return undefined;
  const { namespace, pvc } = claimRefOf(operation);
  const volume = { name: restoredVolumeName(pvc, operation.metadata.name), sizeBytes: shape.sizeBytes };
  try {
    await claims.tryClaim(claimDraft(operation, shape, volume), signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof SoteriaError) || error.isRetryable) throw error;
    return error.code === 'not_found' ? namespaceMissing(namespace, error) : error;
  }
}

/** Every obstacle there is, also those that only the cluster knows. */
export async function tryPlan(
  tools: PlanTools,
  operation: Operation,
  world: World,
  signal?: AbortSignal,
): Promise<Plan> {
  const judged = await judgementOfPoint(tools.verified, operation, world, signal);
  const unjudged = planOf(operation, world);
  const { restore_point: point } = unjudged;
  const plan = {
    ...unjudged,
    restore_point: point === null ? null : withJudgement(point, judged),
    ...warningOf(operation, judged),
  };
  const refused = await whyNotHere(tools, operation, world, signal);
  if (refused === undefined) return plan;
  const { code, explanation } = refused;
  return { ...plan, blocked_by: [...plan.blocked_by, Object.assign({ code }, explanation)] };
}
