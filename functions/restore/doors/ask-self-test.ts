/** `POST /v1/selftest`, `dev.soteria.selftest.requested.v1`, and `GET /v1/selftest`: may this installation be relied on? */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { selfTestRequest, type SelfTestRequest } from '@soteria/shared/operation/kinds/SelfTest.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { originOfEvent, originOfHttp } from '@soteria/shared/operation/record/request-origin.ts';
import type { SelfTestAnswer } from '@soteria/shared/http-contract/request-answers.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { findRecorded } from '@soteria/shared/operation/record/record-once.ts';
import type { RequestedOperation } from '@soteria/shared/operation/record/requested-operation.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { byAge } from '@soteria/shared/operation/record/store.ts';
import { requestAnswerOf } from '@soteria/shared/operation/record/operation-answer.ts';
import { toBlocker, whyNotRecorded } from '@soteria/shared/operation/record/why-not-recorded.ts';
import { advanceOperation } from '../advance.ts';
import { imaginedRestore, namespaceMissing } from '../ask.ts';
import { type Answer, begin, record } from './ask-http.ts';
import { parseBody } from './parse-body.ts';
import { refusedBecause } from '../../../drivers/restore/about-operation.ts';
import type { RestoreTools } from '../tools.ts';
import { defaultSize, defaultStorageClass, testBytes } from '../self-test/about-self-test.ts';

const example = '{}; optional members: storage_class, size, dry_run';

function requestedSelfTest({ storage_class: storageClass, size }: SelfTestRequest): RequestedOperation {
  const request = {
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(size === undefined ? {} : { size }),
  };
  return { kind: 'SelfTest', namespace: proofNamespace, subject: storageClass ?? defaultStorageClass, request };
}

const authorize = (tools: RestoreTools, { caller, signal }: Incoming, verb: 'create' | 'list') =>
  tools.authorize(caller, { verb, namespace: proofNamespace }, signal);

/** What stands in the way before anything is made. */
async function refusalsOf(tools: RestoreTools, request: SelfTestRequest, signal: AbortSignal): Promise<SoteriaError[]> {
  const storageClass = request.storage_class ?? defaultStorageClass;
  const [targets, mayGrow] = await Promise.all([
    tools.selfTest.port.listTargets(signal),
    tools.claims.mayGrow(storageClass, signal),
  ]);
  const isReady = targets.some(({ name, isAvailable }) => name === 'default' && isAvailable);
  const noClass = refusedBecause.noStorageClass('a self-test would wait for its claim without end', storageClass);
  const noTarget = new SoteriaError('target_unavailable', {
    what: 'a self-test would fail at the step "backup"',
    why: 'Longhorn’s backup target "default" is not available',
    fix: 'set its URL and its credential secret in Longhorn (Settings, Backup target), and wait until it is available',
  });
  return [...(mayGrow === undefined ? [noClass] : []), ...(isReady ? [] : [noTarget])];
}

export async function askForSelfTest(tools: RestoreTools, body: unknown, incoming: Incoming): Promise<Answer> {
  const request = parseBody(selfTestRequest, body, example, 'a self-test');
  await authorize(tools, incoming, 'create');
  const { caller, signal } = incoming;
  const requested = requestedSelfTest(request);
  const about = {
    namespace: proofNamespace,
    storage_class: request.storage_class ?? defaultStorageClass,
    size: request.size ?? defaultSize,
    bytes: testBytes,
    steps: ['claim', 'write', 'backup', 'restore', 'compare', 'tidy'],
  };
  const isDryRun = request.dry_run === true;
  const origin = originOfHttp(incoming);
  const repeat = isDryRun ? undefined : await findRecorded(tools.store, requested, origin, { signal });
  const refusals = repeat === undefined ? await refusalsOf(tools, request, signal) : [];
  const answerOf = (operation: Operation, blockers: readonly SoteriaError[], isRepeat: boolean): SelfTestAnswer => ({
    ...about,
    ...requestAnswerOf(operation, caller.user),
    repeated: isRepeat,
    blocked_by: blockers.map(toBlocker),
  });
  if (isDryRun) {
    const operation = imaginedRestore(requested, incoming.receivedAt);
    const missing = (cause: SoteriaError) => namespaceMissing(proofNamespace, cause);
    const unrecorded = await whyNotRecorded(tools.store, operation, missing, signal);
    const blockers = unrecorded === undefined ? refusals : [...refusals, unrecorded];
    return { status: 200, body: answerOf(operation, blockers, false) };
  }
  const [refusal] = refusals;
  if (refusal !== undefined) throw refusal;
  const { operation, how } = repeat ?? (await begin(tools, await record(tools, requested, origin, incoming), incoming));
  return {
    status: 202,
    location: `/v1/operations/${operation.metadata.name}?namespace=${proofNamespace}`,
    body: answerOf(operation, [], how === 'repeat'),
  };
}

export async function askForSelfTestByEvent(
  tools: RestoreTools,
  event: ReceivedEvent,
  incoming: Incoming,
): Promise<void> {
  const request = parseBody(selfTestRequest, event.data, example, 'a self-test');
  await authorize(tools, incoming, 'create');
  if (request.dry_run === true) return incoming.log.info('selftest_request_dry_run', {});
  const origin = originOfEvent(event, incoming);
  const { operation, how } = await record(tools, requestedSelfTest(request), origin, incoming);
  const { namespace, name } = operation.metadata;
  incoming.log.info('selftest_requested', { operation: name, how });
  await advanceOperation(tools, { namespace, name }, incoming);
}

/** The readiness gate: the last verdict, and whether it was about this version of Longhorn. */
export async function readSelfTest(tools: RestoreTools, incoming: Incoming): Promise<Record<string, unknown>> {
  await authorize(tools, incoming, 'list');
  const { signal } = incoming;
  const [last, version, known] = await Promise.all([
    tools.selfTest.verdicts.last(signal),
    tools.selfTest.longhorn.version(signal),
    tools.store.list({ namespace: proofNamespace, fieldSelector: 'spec.kind=SelfTest' }, signal),
  ]);
  const running = known
    .filter(({ status }) => !isTerminal(status?.phase))
    .toSorted(byAge)
    .at(-1);
  const isOld = last?.longhornVersion !== undefined && version !== undefined && last.longhornVersion !== version;
  const why =
    last === undefined
      ? 'no self-test has ended yet: ask for one with POST /v1/selftest'
      : isOld
        ? `the last one was about Longhorn ${last.longhornVersion ?? ''}, and this is ${version}: ask for one again`
        : last.why;
  return {
    is_ready: last?.outcome === 'passed' && !isOld,
    why,
    longhorn_version: version ?? null,
    last:
      last === undefined
        ? null
        : {
            operation: last.operation,
            outcome: last.outcome,
            at: last.at,
            why: last.why,
            storage_class: last.storageClass ?? null,
            longhorn_version: last.longhornVersion ?? null,
            total_ms: last.totalMs ?? null,
          },
    running: running === undefined ? null : { operation: running.metadata.name, message: statusOf(running).message },
  };
}
