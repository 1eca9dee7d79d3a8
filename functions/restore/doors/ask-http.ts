/** `POST /v1/restores`: dry run, refusal with reasons before anything is made, or a recorded Operation. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import { restoreRequest, type RestoreRequest } from '@soteria/shared/operation/kinds/Restore.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { originOfHttp } from '@soteria/shared/operation/record/request-origin.ts';
import type { RestoreAnswer } from '@soteria/shared/http-contract/request-answers.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import {
  beginRecorded,
  findRecorded,
  type Recorded,
  recordOnce,
} from '@soteria/shared/operation/record/record-once.ts';
import type { Origin, RequestedOperation } from '@soteria/shared/operation/record/requested-operation.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { requestAnswerOf } from '@soteria/shared/operation/record/operation-answer.ts';
import { toBlocker } from '@soteria/shared/operation/record/why-not-recorded.ts';
import type { Standing } from '@soteria/shared/restore-points/claim-proof.ts';
import { claimView, noticesOf, type PresentClaim } from '@soteria/shared/restore-points/present-claim.ts';
import { advanceOperation, type RestoreBeginning } from '../advance.ts';
import { imaginedRestore, namespaceMissing, requestedRestore } from '../ask.ts';
import { blockersOf } from '../claim/decide-start.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import { driverOf } from '../claim/driver-of.ts';
import { lookAlong, noPlan, obstaclesOf, type Plan, planOf } from '../plan.ts';
import { judgementsOfPoint, warningOf } from '../proof/refuted-warning.ts';
import { verifiersViewOf } from '../proof/verifiers-of.ts';
import type { RestoreTools } from '../tools.ts';
import { authorizePoint, authorizeRequested, withRightToAny } from './authorize-restore.ts';
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
  readonly driver: RestoreDriver;
  readonly operation: Operation;
  readonly plan: Plan;
  /** What stands of all that restore tests said about the point. */
  readonly judged?: Standing | undefined;
  /** The source claim as it is now. */
  readonly source?: PresentClaim | undefined;
}

/** One schema for the plan and for what was recorded. */
function answerOf({ driver, operation, plan, judged, source: claim }: Answered, incoming: Incoming): RestoreAnswer {
  const source = sourceRefOf(operation);
  const target = claimRefOf(operation);
  const { work, result } = statusOf(operation);
  const { uid } = operation.metadata;
  const { point, backup, ...rest } = plan;
  return {
    driver: driver.name,
    volume: work?.volume ?? (uid === '' ? null : driver.volumeNameOf(operation)),
    backup: work?.backup ?? backup,
    namespace: source.namespace,
    pvc: source.pvc,
    target_namespace: target.namespace,
    target_pvc: target.pvc,
    secret: null,
    ...requestAnswerOf(operation, incoming.caller.user),
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

function recordedAnswer(answered: Answered, how: Recorded['how'], incoming: Incoming): Answer {
  const { name, namespace = '' } = answered.operation.metadata;
  const body = { ...answerOf(answered, incoming), repeated: how === 'repeat' };
  return { status: 202, location: `/v1/restores/${name}?namespace=${namespace}`, body };
}

export async function askByHttp(tools: RestoreTools, body: unknown, incoming: Incoming): Promise<Answer> {
  const request = parseRestoreRequest(body);
  return answerRequested(tools, requestedRestore(request), request.dry_run === true, incoming);
}

/** The rest of the way, whatever the body was. */
export async function answerRequested(
  tools: RestoreTools,
  requested: RequestedOperation,
  isDryRun: boolean,
  incoming: Incoming,
): Promise<Answer> {
  await authorizeRequested(tools, requested, incoming);
  const { signal, receivedAt } = incoming;
  const origin = originOfHttp(incoming);
  const operation = imaginedRestore(requested, receivedAt);
  const driver = driverOf(tools.drivers, operation);
  const repeat = isDryRun ? undefined : await findRecorded(tools.store, requested, origin, { signal });
  if (repeat !== undefined) return recordedAnswer({ ...repeat, driver, plan: noPlan }, repeat.how, incoming);
  const world = await lookAlong(tools, driver, operation, signal);
  const mayTakeAny = await authorizePoint(tools, driver, { operation, world }, incoming);
  const judging = Promise.all([
    judgementsOfPoint(tools.verified, operation, world, signal),
    driver.presentClaim(sourceRefOf(operation), signal),
  ]);
  if (isDryRun) {
    const [judged, source] = await judging;
    const blocked = (await obstaclesOf(tools, driver, { operation, world }, signal)).map(toBlocker);
    const answered = {
      driver,
      operation,
      plan: planOf(driver, { operation, world }, { judged, source }),
      judged,
      source,
    };
    return { status: 200, body: { ...answerOf(answered, incoming), blocked_by: blocked } };
  }
  const [judged, source] = await judging.catch(() => [undefined, undefined]);
  const [blocker] = blockersOf(driver, operation, world);
  if (blocker !== undefined) throw blocker;
  const recorded = await record(tools, requested, withRightToAny(origin, mayTakeAny), incoming);
  const begun = await begin(tools, recorded, incoming);
  const plan = planOf(driver, { operation, world }, { judged, source });
  return recordedAnswer({ driver, operation: begun.operation, plan, judged, source }, begun.how, incoming);
}

export function record(
  { store }: Pick<RestoreTools, 'store'>,
  requested: RequestedOperation,
  origin: Origin,
  { signal }: Pick<Incoming, 'signal'>,
): Promise<Recorded> {
  const whenMissing = (cause: SoteriaError) => namespaceMissing(requested.namespace, cause);
  return recordOnce(store, requested, origin, { signal, whenMissing });
}

export function begin(
  tools: RestoreTools,
  recorded: Recorded,
  incoming: Incoming,
  known: Pick<RestoreBeginning, 'source'> = {},
): Promise<Recorded> {
  return beginRecorded(recorded, incoming.log, (ref, beginning) =>
    advanceOperation(tools, ref, incoming, { ...known, ...beginning }),
  );
}
