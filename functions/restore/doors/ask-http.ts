/** `POST /v1/restores`: dry run, refusal with reasons before anything is made, or a recorded Operation. */
import { randomUUID } from 'node:crypto';
import { restoreRequest, type RestoreRequest } from '@soteria/shared/events/catalogue.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { RestoreAnswer } from '@soteria/shared/http-contract/ask-answers.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/claim-ref.ts';
import { restoredVolumeName } from '@soteria/shared/operation/names.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import { askedViewOf } from '@soteria/shared/operation/view.ts';
import { toBlocker } from '@soteria/shared/operation/why-not-recorded.ts';
import type { Standing } from '@soteria/shared/restore-points/claim-proof.ts';
import { claimView, noticesOf, type PresentClaim } from '@soteria/shared/restore-points/present-claim.ts';
import { presentClaimOf } from '@soteria/shared/longhorn/live-volume.ts';
import { advanceOperation } from '../advance.ts';
import { askForRestore, type Asked, findRepeat, imagined, type Wish, wishOfRestore } from '../ask.ts';
import { blockersOf } from '../longhorn/decide-start.ts';
import { lookAlong, noPlan, obstaclesOf, type Plan, planOf } from '../plan.ts';
import type { World } from '../longhorn/world.ts';
import { judgementsOfPoint, warningOf } from '../proof/refuted-warning.ts';
import { verifiersViewOf } from '../proof/verifiers-of.ts';
import type { RestoreTools } from '../tools.ts';
import { authorizePoint, authorizeWish, requestedBy } from './authorize-restore.ts';
import { parseBody, refuseTwoChoices } from './parse-body.ts';

export interface Answer {
  readonly status: 200 | 202;
  readonly location?: string;
  readonly body: object;
}

const example =
  '{"namespace": "…", "pvc": "…", "target_pvc": "…"}; optional members: snapshot, backup_url or as_of, cluster_id, ' +
  'target_namespace, storage_class, access_modes, size, labels, dry_run';

export function parseRestoreRequest(body: unknown): RestoreRequest {
  const request = parseBody(restoreRequest, body, example);
  refuseTwoChoices(request);
  return request;
}

interface Answered {
  readonly operation: Operation;
  readonly plan: Plan;
  /** What stands of all that restore tests said about the point. */
  readonly judged?: Standing | undefined;
  /** The source claim as it is now. */
  readonly source?: PresentClaim | undefined;
}

/** One schema for the plan and for what was recorded. */
function answerOf({ operation, plan, judged, source: claim }: Answered, incoming: Incoming): RestoreAnswer {
  const source = sourceRefOf(operation);
  const target = claimRefOf(operation);
  const { work, result } = statusOf(operation);
  const { uid } = operation.metadata;
  const { point, backup, ...rest } = plan;
  return {
    driver: 'longhorn',
    volume: work?.volume ?? (uid === '' ? null : restoredVolumeName(target.pvc, uid)),
    backup: work?.backup ?? backup,
    namespace: source.namespace,
    pvc: source.pvc,
    target_namespace: target.namespace,
    target_pvc: target.pvc,
    secret: null,
    ...askedViewOf(operation, incoming.caller.user),
    repeated: false,
    restore_point: work?.restorePoint ?? point?.id ?? null,
    point,
    data_as_of: result?.dataAsOf ?? work?.dataAsOf ?? point?.data_as_of ?? null,
    source_claim: claimView(claim),
    notices: noticesOf(point, claim),
    blocked_by: [],
    ...rest,
    ...verifiersViewOf(operation),
    ...warningOf(operation, judged),
  };
}

function recordedAnswer(answered: Answered, how: Asked['how'], incoming: Incoming): Answer {
  const { name, namespace = '' } = answered.operation.metadata;
  const body = { ...answerOf(answered, incoming), repeated: how === 'repeat' };
  return { status: 202, location: `/v1/restores/${name}?namespace=${namespace}`, body };
}

export async function askByHttp(
  tools: RestoreTools,
  body: unknown,
  idempotencyKey: string | undefined,
  incoming: Incoming,
): Promise<Answer> {
  const request = parseRestoreRequest(body);
  const wish = wishOfRestore(request);
  return askForWish(tools, { wish, isDryRun: request.dry_run === true }, idempotencyKey, incoming);
}

export interface Wanted {
  readonly wish: Wish;
  readonly isDryRun: boolean;
}

/** The rest of the way, whatever the body was. */
export async function askForWish(
  tools: RestoreTools,
  { wish, isDryRun }: Wanted,
  idempotencyKey: string | undefined,
  incoming: Incoming,
): Promise<Answer> {
  await authorizeWish(tools, wish, incoming);
  const { signal, caller, receivedAt: at } = incoming;
  const operation = imagined(wish, at);
  const identity = `http:${caller.user}:${idempotencyKey ?? randomUUID()}`;
  const isRepeatable = idempotencyKey !== undefined;
  const repeat = isRepeatable && !isDryRun ? await findRepeat(tools.store, wish, identity, signal) : undefined;
  if (repeat !== undefined) return recordedAnswer({ operation: repeat, plan: noPlan }, 'repeat', incoming);
  const world = await lookAlong(tools, operation, signal);
  const mayTakeAny = await authorizePoint(tools, operation, world, incoming);
  const judging = Promise.all([
    judgementsOfPoint(tools.verified, operation, world, signal),
    presentClaimOf(tools.cluster, sourceRefOf(operation), signal),
  ]);
  if (isDryRun) {
    const [judged, source] = await judging;
    const blocked = (await obstaclesOf(tools, operation, world, signal)).map(toBlocker);
    const answered = { operation, plan: planOf(operation, world, { judged, source }), judged, source };
    return { status: 200, body: { ...answerOf(answered, incoming), blocked_by: blocked } };
  }
  const [judged, source] = await judging.catch(() => [undefined, undefined]);
  const [blocker] = blockersOf(operation, world);
  if (blocker !== undefined) throw blocker;
  const by = requestedBy(incoming, 'http', mayTakeAny);
  const asking = { ...wish, identity, isRepeatable, requestedBy: by, cause: { id: identity }, at };
  const asked = await begin(tools, await askForRestore(tools.store, asking, signal), incoming);
  const plan = planOf(operation, world, { judged, source });
  return recordedAnswer({ operation: asked.operation, plan, judged, source }, asked.how, incoming);
}

/** The record is stored: whatever goes wrong from here on is the next wake-up's to repair, not the caller's problem. */
export async function begin(
  tools: RestoreTools,
  asked: Asked,
  incoming: Incoming,
  seen: () => World = () => ({}),
): Promise<Asked> {
  if (asked.how === 'repeat') return asked;
  const { namespace, name } = asked.operation.metadata;
  try {
    const moved = await advanceOperation(tools, { namespace, name }, incoming, { operation: asked.operation, seen });
    return { ...asked, operation: moved ?? asked.operation };
  } catch (error) {
    incoming.log.error('operation_not_begun', error, { operation: name });
    return asked;
  }
}
