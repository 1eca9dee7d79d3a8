/** `POST /v1/backup`: dry run, refusal with reasons, an existing point, or a recorded Operation. */
import { randomUUID } from 'node:crypto';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupRequest } from '@soteria/shared/events/catalogue.ts';
import { backupRequest } from '@soteria/shared/events/catalogue.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import { advanceOperation } from '../advance.ts';
import type { Asked, Asking } from '../ask.ts';
import { askForBackup, findRepeat, imagined } from '../ask.ts';
import type { BackupTools } from '../tools.ts';
import { claimRefOf } from '@soteria/shared/operation/claim-ref.ts';
import { nameOfAttempt } from '../longhorn/about-operation.ts';
import { lookAhead, planBackup } from '../longhorn/plan.ts';
import { reusableOf, reusePlaces } from '../longhorn/decide-reuse.ts';
import { lookAt } from '../longhorn/look-at.ts';
import { blockersOf } from '../longhorn/why-not-backable.ts';
import type { World } from '../longhorn/world.ts';

/** Fields of both answers the first version had (SA-08, SB-32x); those that do not apply are null. */
export interface BackupAnswer {
  readonly driver: 'longhorn';
  readonly volume: string | null;
  readonly backup: string | null;
  readonly namespace: string;
  readonly pvc: string;
  readonly requested_by: string;
  readonly dry_run: boolean;
  readonly job_name: string | null;
  readonly secret: null;
  readonly operation: string | null;
  readonly [more: string]: unknown;
}

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

async function reusedAnswer(
  tools: BackupTools,
  request: BackupRequest,
  operation: Operation,
  world: World,
  incoming: Incoming,
): Promise<Answer | undefined> {
  if (request.max_age === undefined) return undefined;
  const known = await lookAt(tools, { operation, world }, reusePlaces, incoming.signal);
  const found = reusableOf({ operation, world: known, now: tools.now() });
  if (found === undefined) return undefined;
  const { name, point: view } = found;
  return {
    status: 200,
    body: {
      driver: 'longhorn',
      volume: view.volume,
      backup: name,
      namespace: request.namespace,
      pvc: request.pvc,
      requested_by: incoming.caller.user,
      dry_run: false,
      job_name: null,
      secret: null,
      operation: null,
      reused: true,
      data_as_of: view.data_as_of,
      restore_point: view,
    },
  };
}

function recordedAnswer(asked: Asked, request: BackupRequest, incoming: Incoming, world: World): Answer {
  const { operation } = asked;
  const { name } = operation.metadata;
  const status = statusOf(operation);
  return {
    status: 202,
    location: `/v1/operations/${name}?namespace=${request.namespace}`,
    body: {
      driver: 'longhorn',
      volume: status.work?.volume ?? world.volume?.seen?.name ?? null,
      backup: status.result?.backup ?? status.work?.snapshot ?? nameOfAttempt(operation, 1),
      namespace: request.namespace,
      pvc: claimRefOf(operation).pvc,
      requested_by: operation.spec.requestedBy?.user ?? incoming.caller.user,
      dry_run: false,
      job_name: name,
      secret: null,
      operation: name,
      phase: status.phase,
      message: status.message,
      reused: status.result?.reused ?? false,
      joined: asked.how === 'joined',
      repeated: asked.how === 'repeat',
      data_as_of: status.result?.dataAsOf ?? null,
    },
  };
}

/** It becomes part of the record, whose texts are bounded. */
const maxKeyLength = 255;

export function refuseUnfitKey(key: string | undefined): void {
  if (key === undefined || (key !== '' && key.length <= maxKeyLength)) return;
  throw new SoteriaError('invalid_request', {
    what: 'the request for a backup is not valid',
    why: key === '' ? 'its Idempotency-Key is empty' : `its Idempotency-Key is longer than ${maxKeyLength} characters`,
    fix: 'send a key of your own making for each request, such as a UUID, or none',
  });
}

export async function askByHttp(
  tools: BackupTools,
  body: unknown,
  idempotencyKey: string | undefined,
  incoming: Incoming,
): Promise<Answer> {
  const request = parseBackupRequest(body);
  refuseUnfitKey(idempotencyKey);
  await tools.authorize(incoming.caller, { verb: 'create', namespace: request.namespace }, incoming.signal);
  refuseOtherDrivers(request, tools);
  const at = incoming.receivedAt;
  const operation = imagined(request, at);
  if (request.dry_run === true) {
    const [plan, longhorn] = await Promise.all([
      planBackup(tools, tools.rules, operation, claimRefOf(operation), incoming.signal),
      tools.checkLonghorn(incoming.signal),
    ]);
    const body = {
      driver: 'longhorn' as const,
      namespace: request.namespace,
      pvc: request.pvc,
      requested_by: incoming.caller.user,
      dry_run: true,
      job_name: operation.metadata.name,
      secret: null,
      operation: null,
      ...plan,
      longhorn,
    };
    return { status: 200, body };
  }
  const identity = `http:${incoming.caller.user}:${idempotencyKey ?? randomUUID()}`;
  const repeat =
    idempotencyKey === undefined ? undefined : await findRepeat(tools.store, request, identity, incoming.signal);
  if (repeat !== undefined) {
    return recordedAnswer({ operation: repeat, how: 'repeat', seen: {} }, request, incoming, {});
  }

  const world = await lookAhead(tools, operation, incoming.signal);
  const [blocker] = blockersOf(claimRefOf(operation), world);
  if (blocker !== undefined) throw blocker;
  const reused = await reusedAnswer(tools, request, operation, world, incoming);
  if (reused !== undefined) return reused;

  const asking: Asking = {
    request,
    identity,
    mayHaveTwin: idempotencyKey !== undefined,
    requestedBy: { user: incoming.caller.user, via: 'http' },
    cause: { id: identity },
    at,
  };
  const asked = await askForBackup(tools.store, asking, incoming.signal);
  return recordedAnswer(await begin(tools, asked, world, incoming), request, incoming, world);
}

/** The record is stored: whatever goes wrong from here on is the next wake-up's to repair, not the caller's problem. */
async function begin(tools: BackupTools, asked: Asked, world: World, incoming: Incoming): Promise<Asked> {
  if (asked.how === 'repeat') return asked;
  const { operation } = asked;
  const { namespace, name } = operation.metadata;
  try {
    const seen = () => ({ ...world, ...asked.seen });
    const moved = await advanceOperation(tools, { namespace, name }, incoming, {
      operation,
      isMade: asked.how === 'new',
      seen,
    });
    return { ...asked, operation: moved ?? operation };
  } catch (error) {
    incoming.log.error('operation_not_begun', error, { operation: name });
    return asked;
  }
}
