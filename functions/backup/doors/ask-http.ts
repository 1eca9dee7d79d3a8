/** `POST /v1/backup`: dry run, refusal with reasons, an existing point, or a recorded Operation. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type BackupRequest, backupRequest } from '@soteria/shared/operation/kinds/Backup.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { originOfHttp } from '@soteria/shared/operation/record/request-origin.ts';
import type { BackupAnswer } from '@soteria/shared/http-contract/ask-answers.ts';
import { beginRecorded, findRecorded } from '@soteria/shared/operation/record/record-once.ts';
import { imagined } from '@soteria/shared/operation/record/requested-operation.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { askedViewOf } from '@soteria/shared/operation/record/view.ts';
import { toBlocker } from '@soteria/shared/operation/record/why-not-recorded.ts';
import { advanceOperation } from '../advance.ts';
import { askForBackup, type RecordedBackup, requestedBackup } from '../ask.ts';
import type { BackupTools } from '../tools.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { nameOfAttempt } from '../longhorn/about-operation.ts';
import { lookAhead, planBackup } from '../longhorn/plan.ts';
import { reusableOf, reusePlaces } from '../longhorn/decide-reuse.ts';
import { lookAt } from '../longhorn/look-at.ts';
import { blockersOf } from '../longhorn/why-not-backable.ts';
import type { World } from '../longhorn/world.ts';

export interface Answer {
  readonly status: 200 | 202;
  readonly location?: string;
  readonly body: BackupAnswer;
}

/** The strict schema, with every violation named. */
export function parseBackupRequest(body: unknown): BackupRequest {
  const parsed = backupRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`);
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

function refuseOtherDrivers(request: BackupRequest, tools: BackupTools): void {
  const driver = request.driver ?? tools.settings.driver;
  if (driver === 'longhorn') return;
  throw new SoteriaError('driver_unavailable', {
    what: `claim ${request.namespace}/${request.pvc} cannot be backed up by ${driver}`,
    why: `the driver ${driver} is not part of this version`,
    fix: 'leave "driver" out or set it to longhorn; SOTERIA_BACKUP_DRIVER sets the default',
  });
}

/** One schema for the plan, for what was recorded, and for an existing point. */
function answerOf(operation: Operation, world: World, { rules }: BackupTools, { caller }: Incoming): BackupAnswer {
  const status = statusOf(operation);
  const { namespace, pvc } = claimRefOf(operation);
  const volume = world.volume?.seen;
  const backup = status.result?.backup ?? status.work?.snapshot ?? nameOfAttempt(operation, 1);
  return {
    driver: 'longhorn',
    volume: status.work?.volume ?? volume?.name ?? null,
    backup,
    namespace,
    pvc,
    secret: null,
    ...askedViewOf(operation, caller.user),
    restore_point: status.result?.restorePoint ?? null,
    point: null,
    data_as_of: status.result?.dataAsOf ?? null,
    reused: status.result?.reused ?? false,
    joined: false,
    repeated: false,
    backup_target: status.work?.backupTarget ?? volume?.backupTargetName ?? null,
    snapshot: backup,
    mode: operation.spec.request.mode ?? rules.defaultMode,
    estimated_bytes: volume?.actualSizeBytes ?? null,
    blocked_by: [],
    longhorn: null,
  };
}

async function reusedAnswer(
  tools: BackupTools,
  operation: Operation,
  world: World,
  incoming: Incoming,
): Promise<Answer | undefined> {
  if (operation.spec.request.maxAge === undefined) return undefined;
  const known = await lookAt(tools, { operation, world }, reusePlaces, incoming.signal);
  const found = reusableOf({ operation, world: known, now: tools.now() });
  if (found === undefined) return undefined;
  const { name: backup } = found;
  // It is a point of the claim's present volume, or it would not be reused.
  const point = { ...found.point, of_earlier_volume: false };
  const { id, volume, snapshot, data_as_of } = point;
  const made = { ...answerOf(operation, world, tools, incoming), dry_run: false, job_name: null, reused: true };
  return { status: 200, body: { ...made, backup, point, restore_point: id, volume, snapshot, data_as_of } };
}

function recordedAnswer(
  { operation, how }: Pick<RecordedBackup, 'operation' | 'how'>,
  world: World,
  tools: BackupTools,
  incoming: Incoming,
): Answer {
  const { name, namespace = '' } = operation.metadata;
  const answer = answerOf(operation, world, tools, incoming);
  return {
    status: 202,
    location: `/v1/operations/${name}?namespace=${namespace}`,
    body: { ...answer, joined: how === 'joined', repeated: how === 'repeat' },
  };
}

export async function askByHttp(tools: BackupTools, body: unknown, incoming: Incoming): Promise<Answer> {
  const request = parseBackupRequest(body);
  await tools.authorize(incoming.caller, { verb: 'create', namespace: request.namespace }, incoming.signal);
  refuseOtherDrivers(request, tools);
  const requested = requestedBackup(request);
  const operation = imagined(requested, incoming.receivedAt);
  if (request.dry_run === true) {
    const [{ world, blockers }, longhorn] = await Promise.all([
      planBackup(tools, tools.rules, operation, incoming.signal),
      tools.checkLonghorn(),
    ]);
    const answer = answerOf(operation, world, tools, incoming);
    return { status: 200, body: { ...answer, blocked_by: blockers.map(toBlocker), longhorn } };
  }
  const { store } = tools;
  const origin = originOfHttp(incoming);
  const listJoinable = () => store.listOfClaim(request.namespace, request.pvc, incoming.signal);
  const repeat = await findRecorded(store, requested, origin, { signal: incoming.signal, listJoinable });
  if (repeat !== undefined) return recordedAnswer(repeat, {}, tools, incoming);

  const world = await lookAhead(tools, operation, incoming.signal);
  const [blocker] = blockersOf(claimRefOf(operation), world);
  if (blocker !== undefined) throw blocker;
  const reused = await reusedAnswer(tools, operation, world, incoming);
  if (reused !== undefined) return reused;

  const asked = await askForBackup(store, { request, ...origin }, incoming.signal);
  const seen = () => ({ ...world, ...asked.seen });
  const begun = await beginRecorded(asked, incoming.log, (ref, beginning) =>
    advanceOperation(tools, ref, incoming, { ...beginning, seen }),
  );
  return recordedAnswer(begun, world, tools, incoming);
}
