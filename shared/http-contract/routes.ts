/**
 * Every HTTP route of every function, declared once: what it takes, what it answers, and the codes of its refusals. The OpenAPI document,
 * `docs/http.md` and the typed client come from this table. No function loads it; a test compares it with the routes they mount.
 */
import type * as z from 'zod';
import type { ErrorCode } from '../errors.ts';
import { backupRequest } from '../operation/kinds/Backup.ts';
import { namespaceBackupRequest } from '../operation/kinds/NamespaceBackup.ts';
import { namespaceRestoreRequest } from '../operation/kinds/NamespaceRestore.ts';
import { restoreRequest } from '../operation/kinds/Restore.ts';
import { restoreTestRequest } from '../operation/kinds/RestoreTest.ts';
import { selfTestRequest } from '../operation/kinds/SelfTest.ts';
import {
  adoptAnswer,
  backupAnswer,
  namespaceBackupAnswer,
  namespaceRestoreAnswer,
  restoreAnswer,
  selfTestAnswer,
} from './request-answers.ts';
import { consoleRoutes } from './console-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import {
  adoptRequest,
  backupsQuery,
  coverageQuery,
  notifyTestRequest,
  oneOperationQuery,
  operationsQuery,
  restoresQuery,
  usageQuery,
} from './queries.ts';
import {
  backupList,
  cancelledOperation,
  coverageList,
  deadLetterList,
  operationAnswer,
  operationList,
  recoveryAnswer,
  replayedLetter,
  restoreList,
  restoreView,
  selfTestState,
} from './read-answers.ts';
import { notifyState, notifyTestAnswer } from './notify-answers.ts';
import { measureAnswer, usageAnswer } from './usage-answers.ts';

export const groups = [
  'Console',
  'Backups',
  'Operations',
  'Restores',
  'Policies',
  'Usage',
  'Notifications',
  'Dead letters',
] as const;

export interface RouteAnswer {
  readonly schema: z.ZodType;
  readonly meaning: string;
  /** True: the header `Location` says where the Operation is. */
  readonly hasLocation?: boolean;
  /** True: the header `ETag` is the version of what was read or written. */
  readonly hasETag?: boolean;
  /** True: server-sent events; the schema is of their data. */
  readonly isStream?: boolean;
  /** The answer in another media type, unless JSON is asked for by name. */
  readonly text?: string;
}

export type RouteText = `${'GET' | 'POST' | 'DELETE'} /v1/${string}`;

export interface Route {
  readonly function: 'backup' | 'restore' | 'policy-tick' | 'b2-usage' | 'console' | 'notify';
  readonly group: (typeof groups)[number];
  readonly summary: string;
  /** What a reader of the table must know beyond the schemas. */
  readonly notes?: string;
  readonly body?: z.ZodType;
  /** The body in another media type than JSON. */
  readonly bodyText?: string;
  readonly query?: z.ZodObject;
  /** True: takes `Idempotency-Key`. */
  readonly isRepeatable?: boolean;
  readonly answers: { readonly [status in 200 | 202]?: RouteAnswer };
  /** True: takes `If-Match` with the `ETag` of an earlier answer. */
  readonly isConditional?: boolean;
  /** Beyond those that any route may answer. */
  readonly refusals: readonly ErrorCode[];
}

/** Refusals of the kit, of authentication and of the API server. */
export const refusalsOfAny = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'cluster_conflict',
  'cluster_refused',
  'cluster_forbidden',
  'cluster_expired',
  'cluster_unauthenticated',
  'cluster_unavailable',
  'function_unavailable',
  'list_truncated',
  'internal',
] as const satisfies readonly ErrorCode[];

/** What Node itself refuses, without a problem document, before a function sees the request. */
export const refusalsOfNode = { 431: 'The address and the headers together are longer than 16 KiB.' } as const;

/** Further ones of a route with a body. */
export const refusalsOfBody = ['request_too_large', 'unsupported_media_type'] as const satisfies readonly ErrorCode[];

/** Where an Operation is recorded. */
const ofRecord = ['not_found', 'name_conflict', 'conflict', 'namespace_terminating'] as const;
const ofClaim = [
  'claim_not_found',
  'claim_not_bound',
  'claim_not_longhorn',
  'volume_not_found',
  'volume_faulted',
  'volume_standby',
  'volume_restoring',
  'target_unavailable',
  'driver_unavailable',
  'unprocessable',
] as const;
const ofPoint = [
  'restore_point_not_found',
  'restore_point_not_usable',
  'target_exists',
  'target_unavailable',
  'driver_unavailable',
  'unprocessable',
] as const;

const recorded = 'The Operation is recorded; `Location` says where it is.';
const planned = 'Of a dry run: the plan, and in `blocked_by` why the request would be refused.';

export const routes = {
  'POST /v1/backup': {
    function: 'backup',
    group: 'Backups',
    summary: 'Backs up a claim.',
    body: backupRequest,
    isRepeatable: true,
    answers: {
      200: { schema: backupAnswer, meaning: `${planned} Of \`max_age\`: an existing restore point satisfies it.` },
      202: { schema: backupAnswer, meaning: recorded, hasLocation: true },
    },
    refusals: [...ofRecord, ...ofClaim],
  },
  'POST /v1/backup/namespace': {
    function: 'backup',
    group: 'Backups',
    summary: 'Backs up every claim of a namespace, a few at a time.',
    notes: 'The result says which claims were left out, and why.',
    body: namespaceBackupRequest,
    isRepeatable: true,
    answers: {
      200: { schema: namespaceBackupAnswer, meaning: planned },
      202: { schema: namespaceBackupAnswer, meaning: recorded, hasLocation: true },
    },
    refusals: ofRecord,
  },
  'GET /v1/backups': {
    function: 'backup',
    group: 'Backups',
    summary: 'Lists restore points; the first of a claim is what `latest` means.',
    notes:
      'Own and foreign ones, also of claims that are gone, with what restore tests have proved and refuted. Points that `latest` may choose ' +
      'stand first (restorable, of a known instant, not of another cluster), then the others; each group newest first. What tests have proved ' +
      'and refuted stands side by side where neither outdoes the other. `notices` says when ' +
      'the first point of a claim is of an earlier volume, or the claim is Terminating; `problems` when another living cluster writes under ' +
      'the id of this one.',
    query: backupsQuery,
    answers: { 200: { schema: backupList, meaning: 'A page of restore points.' } },
    refusals: [],
  },
  'POST /v1/backups/adopt': {
    function: 'restore',
    group: 'Backups',
    summary: 'Takes over the restore points of a cluster that is gone, without copying.',
    body: adoptRequest,
    answers: { 200: { schema: adoptAnswer, meaning: 'What the cluster has left, and whether it is adopted.' } },
    refusals: ['cluster_id_shared', 'cluster_still_writes', 'restore_point_not_found', 'unprocessable'],
  },
  'GET /v1/operations': {
    function: 'console',
    group: 'Operations',
    summary: 'Lists Operations of every kind, newest first.',
    query: operationsQuery,
    answers: { 200: { schema: operationList, meaning: 'A page of Operations.' } },
    refusals: [],
  },
  'GET /v1/operations/{name}': {
    function: 'console',
    group: 'Operations',
    summary: 'Shows an Operation; of one that waits, its place in the queue.',
    query: oneOperationQuery,
    answers: { 200: { schema: operationAnswer, meaning: 'The Operation.' } },
    refusals: ['not_found', 'conflict'],
  },
  'POST /v1/operations/{name}/cancel': {
    function: 'console',
    group: 'Operations',
    summary: 'Stops an Operation and removes what it made.',
    notes: 'A backup that is complete by then stays.',
    query: oneOperationQuery,
    answers: { 202: { schema: cancelledOperation, meaning: 'Its cancellation is recorded.' } },
    refusals: ['not_found', 'conflict'],
  },
  'POST /v1/restores': {
    function: 'restore',
    group: 'Restores',
    summary: 'Restores a restore point into a new claim.',
    notes:
      'An existing target is never touched. Where there is no such point, the refusal names the nearest before and after. A `backup_url` ' +
      'that Longhorn does not list yet has its backup target read first.',
    body: restoreRequest,
    isRepeatable: true,
    answers: {
      200: { schema: restoreAnswer, meaning: planned },
      202: { schema: restoreAnswer, meaning: recorded, hasLocation: true },
    },
    refusals: [...ofRecord, ...ofPoint],
  },
  'POST /v1/restores/namespace': {
    function: 'restore',
    group: 'Restores',
    summary: 'Restores every claim of a namespace into another one.',
    notes: 'Of each claim the newest point at or before `as_of`; `without_point` lists claims that have none.',
    body: namespaceRestoreRequest,
    isRepeatable: true,
    answers: {
      200: { schema: namespaceRestoreAnswer, meaning: planned },
      202: { schema: namespaceRestoreAnswer, meaning: recorded, hasLocation: true },
    },
    refusals: [...ofRecord, 'restore_point_not_found', 'unprocessable'],
  },
  'GET /v1/restores': {
    function: 'restore',
    group: 'Restores',
    summary: 'Lists restores and restore tests, newest first.',
    query: restoresQuery,
    answers: { 200: { schema: restoreList, meaning: 'A page of restores.' } },
    refusals: [],
  },
  'GET /v1/restores/{name}': {
    function: 'restore',
    group: 'Restores',
    summary: 'Shows a restore.',
    query: oneOperationQuery,
    answers: { 200: { schema: restoreView, meaning: 'The restore.' } },
    refusals: ['not_found', 'conflict'],
  },
  'POST /v1/restores/{name}/cancel': {
    function: 'restore',
    group: 'Restores',
    summary: 'Stops a restore and removes what it made.',
    query: oneOperationQuery,
    answers: { 202: { schema: restoreView, meaning: 'Its cancellation is recorded.' } },
    refusals: ['not_found', 'conflict'],
  },
  'POST /v1/restore-test': {
    function: 'restore',
    group: 'Restores',
    summary: 'Restores a point for a test, looks at the files, reports the verdict, and removes everything.',
    notes:
      'The verdict is verified, refuted or inconclusive ([what it means](runbook/restore-tests.md)). With `target_pvc` it is the older ' +
      'name of `POST /v1/restores`.',
    body: restoreTestRequest,
    isRepeatable: true,
    answers: {
      200: { schema: restoreAnswer, meaning: planned },
      202: { schema: restoreAnswer, meaning: recorded, hasLocation: true },
    },
    refusals: [...ofRecord, ...ofPoint],
  },
  'POST /v1/selftest': {
    function: 'restore',
    group: 'Restores',
    summary: 'Writes, backs up, restores and compares a claim made for it.',
    body: selfTestRequest,
    isRepeatable: true,
    answers: {
      200: { schema: selfTestAnswer, meaning: planned },
      202: { schema: selfTestAnswer, meaning: recorded, hasLocation: true },
    },
    refusals: [...ofRecord, 'target_unavailable', 'unprocessable'],
  },
  'GET /v1/selftest': {
    function: 'restore',
    group: 'Restores',
    summary: 'Says whether the last self-test passed, on this version of Longhorn.',
    answers: { 200: { schema: selfTestState, meaning: 'The last verdict.' } },
    refusals: [],
  },
  'GET /v1/recovery': {
    function: 'restore',
    group: 'Restores',
    summary: 'Lists what is not on the backup targets and must be kept elsewhere.',
    notes: 'A page to print (Markdown), or JSON by `Accept: application/json`.',
    answers: { 200: { schema: recoveryAnswer, meaning: 'What to keep.', text: 'text/markdown' } },
    refusals: [],
  },
  'GET /v1/b2': {
    function: 'b2-usage',
    group: 'Usage',
    summary: 'Shows what the buckets hold, by claim, and what it costs.',
    notes: '`not_configured` without a key ([b2-usage.md](b2-usage.md)).',
    query: usageQuery,
    answers: { 200: { schema: usageAnswer, meaning: 'The last measurement.' } },
    refusals: [],
  },
  'POST /v1/b2/measure': {
    function: 'b2-usage',
    group: 'Usage',
    summary: 'Measures the buckets now.',
    answers: { 202: { schema: measureAnswer, meaning: 'A measurement has begun.', hasLocation: true } },
    refusals: ['unprocessable'],
  },
  ...consoleRoutes,
  ...policyRoutes,
  'GET /v1/coverage': {
    function: 'policy-tick',
    group: 'Policies',
    summary: 'Says for every claim why it is backed up or not.',
    notes: 'As the last evaluation decided; the sweep evaluates every hour, and each schedule at its times.',
    query: coverageQuery,
    answers: { 200: { schema: coverageList, meaning: 'Totals, and a page of claims by namespace and name.' } },
    refusals: [],
  },
  'GET /v1/notify': {
    function: 'notify',
    group: 'Notifications',
    summary: 'Shows the open problems, and whether each channel has been notified of them.',
    notes: 'Channels stand in the Secret `soteria-notify` ([notify.md](notify.md)).',
    answers: { 200: { schema: notifyState, meaning: 'As the last look found it.' } },
    refusals: [],
  },
  'POST /v1/notify/test': {
    function: 'notify',
    group: 'Notifications',
    summary: 'Sends a message through one channel now, and says what came back.',
    notes: 'Takes the right to create Operations in Soteria’s namespace.',
    body: notifyTestRequest,
    answers: { 200: { schema: notifyTestAnswer, meaning: 'What came back.' } },
    refusals: ['not_found', 'unprocessable'],
  },
  'GET /v1/dead-letters': {
    function: 'policy-tick',
    group: 'Dead letters',
    summary: 'Lists events that no function accepted.',
    answers: { 200: { schema: deadLetterList, meaning: 'The newest of them.' } },
    refusals: [],
  },
  'POST /v1/dead-letters/{id}/replay': {
    function: 'policy-tick',
    group: 'Dead letters',
    summary: 'Sends a dead letter again, without the signature it had.',
    answers: { 202: { schema: replayedLetter, meaning: 'The Broker has accepted the event.' } },
    refusals: ['not_found', 'unprocessable'],
  },
} as const satisfies Record<RouteText, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
