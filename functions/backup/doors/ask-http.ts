/** `POST /v1/backup`: dry run, refusal with reasons, an existing point, or a recorded Operation. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type BackupRequest, backupRequest } from '@soteria/shared/operation/kinds/Backup.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { originOfHttp } from '@soteria/shared/operation/record/request-origin.ts';
import type { BackupAnswer } from '@soteria/shared/http-contract/request-answers.ts';
import { beginRecorded, findRecorded } from '@soteria/shared/operation/record/record-once.ts';
import { imagined } from '@soteria/shared/operation/record/requested-operation.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { requestAnswerOf } from '@soteria/shared/operation/record/operation-answer.ts';
import { toBlocker } from '@soteria/shared/operation/record/why-not-recorded.ts';
import { advanceOperation } from '../advance.ts';
import { askForBackup, type RecordedBackup, requestedBackup } from '../ask.ts';
import type { BackupTools } from '../tools.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { BackupDriver } from '../../../drivers/backup/driver.ts';
import type { BackupWorld } from '../../../drivers/backup/world.ts';
import { looksForReuse, reusableOf } from '../claim/decide-reuse.ts';
import { lookAt } from '../claim/look-at.ts';
import { lookAhead, planBackup } from '../claim/plan.ts';

export interface Answer {
  readonly status: 200 | 202;
  readonly location?: string;
  readonly body: BackupAnswer;
}

/** The strict schema, with every violation named. */
export function parseBackupRequest(body: unknown): BackupRequest {
  const parsed = backupRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'the body');
  throw new SoteriaError(
    'invalid_request',
    {
      what: 'the request for a backup is not valid',
      why: problems.join('; '),
      fix: 'send {"namespace": "…", "pvc": "…"}; optional members: tags, driver, mode, max_age, dry_run',
    },
    { details: { problems } },
  );
}

function driverFor(request: BackupRequest, tools: BackupTools): BackupDriver {
  const driver = request.driver ?? tools.settings.driver;
  const found = tools.drivers[driver];
  if (found !== undefined) return found;
  throw new SoteriaError('driver_unavailable', {
    what: `claim ${request.namespace}/${request.pvc} cannot be backed up by ${driver}`,
    why: `the driver ${driver} is not part of this version`,
    fix: `leave "driver" out or set it to ${Object.keys(tools.drivers).join(' or ')}; SOTERIA_BACKUP_DRIVER sets the default`,
  });
}

/** One request, and the driver that it means. */
interface Asked {
  readonly tools: BackupTools;
  readonly driver: BackupDriver;
  readonly incoming: Incoming;
}

/** One schema for the plan, for what was recorded, and for an existing point. */
function answerOf({ tools, driver, incoming }: Asked, operation: Operation, world: BackupWorld): BackupAnswer {
  const { result } = statusOf(operation);
  const { namespace, pvc } = claimRefOf(operation);
  const view = driver.view(operation, world, tools.rules);
  return {
    driver: driver.name,
    ...view,
    namespace,
    pvc,
    secret: null,
    ...requestAnswerOf(operation, incoming.caller.user),
    restore_point: result?.restorePoint ?? null,
    point: null,
    data_as_of: result?.dataAsOf ?? null,
    reused: result?.reused ?? false,
    joined: false,
    repeated: false,
    snapshot: view.backup,
    blocked_by: [],
    longhorn: null,
  };
}

async function reusedAnswer(asked: Asked, operation: Operation, world: BackupWorld): Promise<Answer | undefined> {
  const { tools, driver, incoming } = asked;
  if (operation.spec.request.maxAge === undefined) return undefined;
  const known = await lookAt(tools, driver, { operation, world }, looksForReuse(driver, world), incoming.signal);
  const found = reusableOf(driver, { operation, world: known, now: tools.now() });
  if (found === undefined) return undefined;
  const { name: backup } = found;
  // It is a point of the claim's present volume, or it would not be reused.
  const point = { ...found.point, of_earlier_volume: false };
  const { id, volume, snapshot, data_as_of } = point;
  const made = { ...answerOf(asked, operation, world), dry_run: false, job_name: null, reused: true };
  return { status: 200, body: { ...made, backup, point, restore_point: id, volume, snapshot, data_as_of } };
}

function recordedAnswer(
  asked: Asked,
  { operation, how }: Pick<RecordedBackup, 'operation' | 'how'>,
  world: BackupWorld,
): Answer {
  const { name, namespace = '' } = operation.metadata;
  const answer = answerOf(asked, operation, world);
  return {
    status: 202,
    location: `/v1/operations/${name}?namespace=${namespace}`,
    body: { ...answer, joined: how === 'joined', repeated: how === 'repeat' },
  };
}

export async function askByHttp(tools: BackupTools, body: unknown, incoming: Incoming): Promise<Answer> {
  const request = parseBackupRequest(body);
  await tools.authorize(incoming.caller, { verb: 'create', namespace: request.namespace }, incoming.signal);
  const driver = driverFor(request, tools);
  const asked: Asked = { tools, driver, incoming };
  const requested = requestedBackup(request);
  const operation = imagined(requested, incoming.receivedAt);
  if (request.dry_run === true) {
    const [{ world, blockers }, longhorn] = await Promise.all([
      planBackup(tools, driver, operation, incoming.signal),
      driver.checkReachability?.() ?? null,
    ]);
    const answer = answerOf(asked, operation, world);
    return { status: 200, body: { ...answer, blocked_by: blockers.map(toBlocker), longhorn } };
  }
  const { store } = tools;
  const origin = originOfHttp(incoming);
  const listJoinable = () => store.listOfClaim(request.namespace, request.pvc, incoming.signal);
  const repeat = await findRecorded(store, requested, origin, { signal: incoming.signal, listJoinable });
  if (repeat !== undefined) return recordedAnswer(asked, repeat, {});

  const world = await lookAhead(tools, driver, operation, incoming.signal);
  const [blocker] = driver.blockersOf(claimRefOf(operation), world);
  if (blocker !== undefined) throw blocker;
  const reused = await reusedAnswer(asked, operation, world);
  if (reused !== undefined) return reused;

  const recorded = await askForBackup(store, { request, ...origin }, incoming.signal);
  const seen = () => ({ ...world, ...recorded.seen });
  const begun = await beginRecorded(recorded, incoming.log, (ref, beginning) =>
    advanceOperation(tools, ref, incoming, { ...beginning, seen }),
  );
  return recordedAnswer(asked, begun, world);
}
