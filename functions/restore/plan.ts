/** What a restore would do: resolved for real, nothing made. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { noClusters } from '@soteria/shared/settings/own-clusters.ts';
import { toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import { type RestorePoint, withJudgements } from '@soteria/shared/restore-points/restore-point.ts';
import { besideClaim, type PresentClaim } from '@soteria/shared/restore-points/present-claim.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { restoredVolumeName } from '@soteria/shared/operation/record/names.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { whyNotRecorded } from '@soteria/shared/operation/record/why-not-recorded.ts';
import type { PlannedClaim } from '@soteria/shared/http-contract/ask-answers.ts';
import { type Standing, unjudged } from '@soteria/shared/restore-points/claim-proof.ts';
import { namespaceMissing } from './ask.ts';
import type { Claims } from './claims.ts';
import { shapeClaim } from './new-claim/shape-claim.ts';
import { claimDraft } from './longhorn/claim-objects.ts';
import { targetToRead } from './longhorn/decide-reading.ts';
import { blockersOf, nextLook } from './longhorn/decide-start.ts';
import { lookAt } from './longhorn/look-at.ts';
import type { Lookers } from './longhorn/tools.ts';
import type { World } from './longhorn/world.ts';

export interface Plan {
  readonly point: RestorePoint | null;
  /** The name of the point at its driver. */
  readonly backup: string | null;
  /** As it would be made: the source's own shape and what was asked for. */
  readonly claim: PlannedClaim | null;
  /** Name of the backup target that Longhorn is to read first, because it does not list the backup of that URL yet. */
  readonly reads_target: string | null;
  /** Name of the backing image that Longhorn is to make from its backup first. */
  readonly restores_image: string | null;
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

/** Where nothing was looked at. */
export const noPlan: Plan = { point: null, backup: null, claim: null, reads_target: null, restores_image: null };

/** `source`: the source claim as it is now. */
export function planOf(
  operation: Operation,
  world: World,
  { judged = unjudged, source }: { readonly judged?: Standing | undefined; readonly source?: PresentClaim | undefined },
): Plan {
  const { chosen: point } = world;
  if (point === undefined || point instanceof SoteriaError) {
    return { ...noPlan, reads_target: targetToRead(operation, world)?.name ?? null };
  }
  const shape = shapeClaim(point, operation.spec.request);
  return {
    point: besideClaim(withJudgements(toRestorePoint(point, world.ownClusters?.seen ?? noClusters), judged), source),
    backup: point.name,
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
    reads_target: null,
    restores_image: world.imageBackup?.seen?.image ?? null,
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

/** Every obstacle there is, in the order in which the request meets them; the last are known to the cluster alone. */
export async function obstaclesOf(
  tools: PlanTools,
  operation: Operation,
  world: World,
  signal?: AbortSignal,
): Promise<SoteriaError[]> {
  const { namespace = '' } = operation.metadata;
  const missing = (cause: SoteriaError) => namespaceMissing(namespace, cause);
  const unrecorded = await whyNotRecorded(tools.store, operation, missing, signal);
  const last = unrecorded ?? (await whyNotHere(tools, operation, world, signal));
  return [...blockersOf(operation, world), ...(last === undefined ? [] : [last])];
}
