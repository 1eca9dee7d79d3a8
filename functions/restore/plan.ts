/** What a restore would do: resolved for real, nothing made. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type RestorePoint, withJudgements } from '@soteria/shared/restore-points/restore-point.ts';
import { besideClaim, type PresentClaim } from '@soteria/shared/restore-points/present-claim.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { whyNotRecorded } from '@soteria/shared/operation/record/why-not-recorded.ts';
import type { PlannedClaim } from '@soteria/shared/http-contract/request-answers.ts';
import { type Standing, unjudged } from '@soteria/shared/restore-points/claim-proof.ts';
import { namespaceMissing } from './ask.ts';
import type { Claims } from '../../drivers/restore/claims.ts';
import type { Known } from '@soteria/shared/operation/engine/advance.ts';
import type { RestoreDriver } from '../../drivers/restore/driver.ts';
import { blockersOf, nextLook } from './claim/decide-start.ts';
import { lookAt } from './claim/look-at.ts';
import type { Lookers } from './claim/tools.ts';
import type { RestoreWorld } from '../../drivers/restore/world.ts';

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
export async function lookAlong(
  tools: Lookers,
  driver: RestoreDriver,
  operation: Operation,
  signal?: AbortSignal,
): Promise<RestoreWorld> {
  let world: RestoreWorld = {};
  for (
    let place = nextLook(driver, operation, world);
    place !== undefined;
    place = nextLook(driver, operation, world)
  ) {
    world = await lookAt(tools, driver, { operation, world }, place, signal);
  }
  return world;
}

/** Where nothing was looked at. */
export const noPlan: Plan = { point: null, backup: null, claim: null, reads_target: null, restores_image: null };

/** `source`: the source claim as it is now. */
export function planOf(
  driver: RestoreDriver,
  { operation, world }: Known<RestoreWorld>,
  { judged = unjudged, source }: { readonly judged?: Standing | undefined; readonly source?: PresentClaim | undefined },
): Plan {
  const { chosen } = world;
  if (chosen === undefined || chosen instanceof SoteriaError) {
    return { ...noPlan, reads_target: driver.readsFirst(operation, world) ?? null };
  }
  const shape = driver.shapeOf(chosen, operation.spec.request);
  return {
    point: besideClaim(withJudgements(chosen.point, judged), source),
    backup: chosen.name,
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
    restores_image: driver.makesFirst(world) ?? null,
  };
}

/** What the cluster itself has against the claim: its namespace, a quota, a policy. Asked for real, and nothing is made. */
async function whyNotHere(
  { claims }: PlanTools,
  driver: RestoreDriver,
  { operation, world }: Known<RestoreWorld>,
  signal?: AbortSignal,
): Promise<SoteriaError | undefined> {
  // Of a test it is known already.
  if (world.noTest?.seen !== undefined) return undefined;
  const { chosen } = world;
  const shape =
    chosen === undefined || chosen instanceof SoteriaError ? chosen : driver.shapeOf(chosen, operation.spec.request);
  if (shape === undefined || shape instanceof SoteriaError || world.claim?.seen !== undefined) return undefined;
  const { namespace } = claimRefOf(operation);
  try {
    await claims.tryClaim(driver.claimDraft(operation, shape), signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof SoteriaError) || error.isRetryable) throw error;
    return error.code === 'not_found' ? namespaceMissing(namespace, error) : error;
  }
}

/** Every obstacle there is, in the order in which the request meets them; the last are known to the cluster alone. */
export async function obstaclesOf(
  tools: PlanTools,
  driver: RestoreDriver,
  { operation, world }: Known<RestoreWorld>,
  signal?: AbortSignal,
): Promise<SoteriaError[]> {
  const { namespace = '' } = operation.metadata;
  const missing = (cause: SoteriaError) => namespaceMissing(namespace, cause);
  const unrecorded = await whyNotRecorded(tools.store, operation, missing, signal);
  const last = unrecorded ?? (await whyNotHere(tools, driver, { operation, world }, signal));
  return [...blockersOf(driver, operation, world), ...(last === undefined ? [] : [last])];
}
