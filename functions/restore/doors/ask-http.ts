/** `POST /v1/restores`: dry run, refusal with reasons before anything is made, or a recorded Operation. */
import { randomUUID } from 'node:crypto';
import { restoreRequest, type RestoreRequest } from '@soteria/shared/events/catalogue.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/claim-ref.ts';
import { restoredVolumeName } from '@soteria/shared/operation/names.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import { advanceOperation } from '../advance.ts';
import { askForRestore, type Asked, imagined, refuseOtherRequest, type Wish, wishOfRestore } from '../ask.ts';
import { blockersOf } from '../longhorn/decide-start.ts';
import { lookAlong, tryPlan } from '../plan.ts';
import { judgementOfPoint, warningOf } from '../proof/refuted-warning.ts';
import { verifiersViewOf } from '../proof/verifiers-of.ts';
import type { RestoreTools } from '../tools.ts';
import { authorizePoint, authorizeWish, requestedBy } from './authorize-restore.ts';
import { parseBody, refuseTwoChoices } from './parse-body.ts';

export interface Answer {
  readonly status: 200 | 202;
  readonly location?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const example =
  '{"namespace": "…", "pvc": "…", "target_pvc": "…"}; optional members: snapshot, backup_url or as_of, cluster_id, ' +
  'target_namespace, storage_class, access_modes, size, labels, dry_run';

export function parseRestoreRequest(body: unknown): RestoreRequest {
  const request = parseBody(restoreRequest, body, example);
  refuseTwoChoices(request);
  return request;
}

/** Members of both answers the first version had (SA-08, SB-32x); those that do not apply are null. */
function answerOf(operation: Operation, incoming: Incoming) {
  const source = sourceRefOf(operation);
  const target = claimRefOf(operation);
  const status = statusOf(operation);
  const { work, result } = status;
  return {
    driver: 'longhorn',
    volume:
      work?.volume ?? (operation.metadata.uid === '' ? null : restoredVolumeName(target.pvc, operation.metadata.uid)),
    backup: work?.backup ?? null,
    namespace: source.namespace,
    pvc: source.pvc,
    target_namespace: target.namespace,
    target_pvc: target.pvc,
    requested_by: operation.spec.requestedBy?.user ?? incoming.caller.user,
    job_name: operation.metadata.name,
    secret: null,
    restore_point: work?.restorePoint ?? null,
    data_as_of: result?.dataAsOf ?? work?.dataAsOf ?? null,
    ...verifiersViewOf(operation),
  };
}

function recordedAnswer({ operation, how }: Asked, incoming: Incoming): Answer {
  const { name, namespace = '' } = operation.metadata;
  const { phase, message, error = null } = statusOf(operation);
  return {
    status: 202,
    location: `/v1/restores/${name}?namespace=${namespace}`,
    body: {
      ...answerOf(operation, incoming),
      dry_run: false,
      operation: name,
      phase,
      message,
      error,
      repeated: how === 'repeat',
    },
  };
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
  if (isRepeatable && !isDryRun) {
    const known = await tools.store.list({ namespace: wish.namespace }, signal);
    const repeat = known.find(({ spec }) => spec.identity === identity);
    if (repeat !== undefined) {
      refuseOtherRequest(repeat, wish);
      return recordedAnswer({ operation: repeat, how: 'repeat' }, incoming);
    }
  }
  const world = await lookAlong(tools, operation, signal);
  const mayTakeAny = await authorizePoint(tools, operation, world, incoming);
  if (isDryRun) {
    const plan = { dry_run: true, operation: null, ...(await tryPlan(tools, operation, world, signal)) };
    return { status: 200, body: { ...answerOf(operation, incoming), ...plan } };
  }
  const [blocker] = blockersOf(operation, world);
  if (blocker !== undefined) throw blocker;
  const by = requestedBy(incoming, 'http', mayTakeAny);
  const asking = { ...wish, identity, isRepeatable, requestedBy: by, cause: { id: identity }, at };
  const asked = await askForRestore(tools.store, asking, signal);
  const judged = await judgementOfPoint(tools.verified, operation, world, signal).catch(() => undefined);
  const answer = recordedAnswer(await begin(tools, asked, incoming), incoming);
  return { ...answer, body: { ...answer.body, ...warningOf(operation, judged) } };
}

/** The record is stored: whatever goes wrong from here on is the next wake-up's to repair, not the caller's problem. */
export async function begin(tools: RestoreTools, asked: Asked, incoming: Incoming): Promise<Asked> {
  if (asked.how === 'repeat') return asked;
  const { namespace, name } = asked.operation.metadata;
  try {
    const moved = await advanceOperation(tools, { namespace, name }, incoming, { operation: asked.operation });
    return { ...asked, operation: moved ?? asked.operation };
  } catch (error) {
    incoming.log.error('operation_not_begun', error, { operation: name });
    return asked;
  }
}
