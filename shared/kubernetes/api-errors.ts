/**
 * The one mapping of the API server's refusals to the product's codes, as `client.ts` documents them. Decided by status code and
 * machine-readable reason, never by message text; the message is only quoted, as the server's own words. Pure.
 */
import * as z from 'zod';
import { type ErrorCode, SoteriaError } from '../errors.ts';
import { parseJson } from './json.ts';
import { describeTarget, resourceName, type AnyType } from './resource-path.ts';

/** What was being done to what: the first half of every error text. */
export interface Call {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'replace' | 'patch' | 'delete';
  readonly type: AnyType;
  readonly target: { readonly name?: string | undefined; readonly namespace?: string | undefined };
}

export interface Answer {
  readonly status: number;
  /** The `Retry-After` header as it came. */
  readonly retryAfter: string | undefined;
  readonly body: string;
}

const statusShape = z.object({
  kind: z.literal('Status'),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .object({
      name: z.string().optional(),
      kind: z.string().optional(),
      causes: z
        .array(
          z.object({ reason: z.string().optional(), message: z.string().optional(), field: z.string().optional() }),
        )
        .nullish(),
    })
    .nullish(),
});
export type ApiStatus = z.infer<typeof statusShape>;

/** The server's Status object; undefined for the plain text of an unknown path or a proxy in between. */
export function readStatus(body: string): ApiStatus | undefined {
  try {
    return statusShape.safeParse(parseJson(body)).data;
  } catch {
    return undefined;
  }
}

/** 404 about an object. The other 404, about the resource type, names no object. */
export function isObjectAbsent(answer: Answer): boolean {
  return answer.status === 404 && isNamed(readStatus(answer.body));
}

function isNamed(status: ApiStatus | undefined): boolean {
  const name = status?.details?.name;
  return name !== undefined && name !== '';
}

export function refusalOf(call: Call, answer: Answer, retryAfterMs: number | undefined): SoteriaError {
  const status = readStatus(answer.body);
  const code = codeOf(answer.status, status);
  return new SoteriaError(
    code,
    { what: whatFailed(call), why: whyRefused(call, answer.status, status), fix: fixes[code](call, answer.status) },
    retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) },
  );
}

export function whatFailed(call: Call): string {
  return `could not ${call.verb} ${describeTarget(call.type, call.target)}`;
}

/**
 * Every reason the API server gives (`metav1.StatusReason`), and those causes that say more than their reason. No code of this table
 * is answered as a 500.
 */
export const codeOfReason = {
  BadRequest: 'cluster_refused',
  Unauthorized: 'cluster_unauthenticated',
  Forbidden: 'cluster_forbidden',
  NamespaceTerminating: 'namespace_terminating',
  NotFound: 'not_found',
  MethodNotAllowed: 'cluster_refused',
  NotAcceptable: 'cluster_refused',
  AlreadyExists: 'name_conflict',
  Conflict: 'cluster_conflict',
  Gone: 'cluster_expired',
  Expired: 'cluster_expired',
  RequestEntityTooLarge: 'cluster_refused',
  UnsupportedMediaType: 'cluster_refused',
  Invalid: 'cluster_refused',
  TooManyRequests: 'rate_limited',
  Timeout: 'cluster_unavailable',
  ServerTimeout: 'cluster_unavailable',
  InternalError: 'cluster_unavailable',
  ServiceUnavailable: 'cluster_unavailable',
  StoreReadError: 'cluster_unavailable',
} as const satisfies Record<string, ErrorCode>;

type Reason = keyof typeof codeOfReason;
type RefusalCode = (typeof codeOfReason)[Reason];

function isReason(reason: string): reason is Reason {
  return Object.hasOwn(codeOfReason, reason);
}

/** For an answer without a reason, or with the reason of an admission webhook's own making. */
function reasonOfStatus(httpStatus: number): Reason {
  switch (httpStatus) {
    case 401:
      return 'Unauthorized';
    case 403:
      return 'Forbidden';
    case 404:
      return 'NotFound';
    case 408:
      return 'Timeout';
    case 409:
      return 'Conflict';
    case 410:
      return 'Expired';
    case 429:
      return 'TooManyRequests';
    default:
      return httpStatus >= 400 && httpStatus < 500 ? 'BadRequest' : 'ServiceUnavailable';
  }
}

function codeOf(httpStatus: number, status: ApiStatus | undefined): RefusalCode {
  const causes = causesOf(status);
  // The server's answer to a patch with the uid of another object: no caller means to change a uid.
  if (httpStatus === 422 && causes.some(({ field }) => field === 'metadata.uid')) return codeOfReason.Conflict;
  if (causes.some(({ reason }) => reason === 'NamespaceTerminating')) return codeOfReason.NamespaceTerminating;
  const told = status?.reason ?? '';
  const reason = isReason(told) ? told : reasonOfStatus(httpStatus);
  // The other 404, about the resource type, names no object.
  return reason === 'NotFound' && !isNamed(status) ? codeOfReason.BadRequest : codeOfReason[reason];
}

function whyRefused(call: Call, httpStatus: number, status: ApiStatus | undefined): string {
  if (codeOf(httpStatus, status) === 'namespace_terminating') {
    return `namespace ${call.target.namespace ?? ''} is being terminated: nothing new can be made in it`;
  }
  if (httpStatus === 404 && !isNamed(status)) {
    return `the API server does not know the resource ${resourceName(call.type)} in version ${call.type.version}`;
  }
  const answered = `the API server answered ${httpStatus}${status?.reason === undefined ? '' : ` ${status.reason}`}`;
  const words = serverWords(status);
  return words === '' ? answered : `${answered}: ${words}`;
}

function causesOf(status: ApiStatus | undefined): NonNullable<NonNullable<ApiStatus['details']>['causes']> {
  return status?.details?.causes ?? [];
}

const maxWords = 1000;

/** Message and field causes; a cause the message already quotes is not said twice. */
function serverWords(status: ApiStatus | undefined): string {
  const message = status?.message ?? '';
  const causes = causesOf(status)
    .filter((cause) => cause.message !== undefined && !message.includes(cause.message))
    .map((cause) => (cause.field === undefined ? cause.message : `${cause.field}: ${cause.message}`));
  const words = causes.length === 0 ? message : `${message} (${causes.join('; ')})`;
  return words.length > maxWords ? `${words.slice(0, maxWords)}…` : words;
}

const fixes: Readonly<Record<RefusalCode, (call: Call, httpStatus: number) => string>> = {
  cluster_unauthenticated: () =>
    "check the token or client certificate: the service account's token mount, or the user of the kubeconfig",
  cluster_forbidden: ({ verb, type }) =>
    `allow the verb ${verb} on ${resourceName(type)} in the RBAC rules of the account used, unless a policy or quota refused it`,
  namespace_terminating: ({ target }) =>
    `name another namespace, or wait until this one is gone and create it again: kubectl get namespace ${target.namespace ?? ''}`,
  cluster_refused: ({ type }, httpStatus) =>
    httpStatus === 404
      ? `install the CRDs: ${resourceName(type)} comes with the component it belongs to; then ask again`
      : 'correct what the API server names, then ask again',
  not_found: () => 'check that the object and its namespace exist, then ask again',
  name_conflict: () => 'use another name, or delete the object that has it',
  cluster_conflict: () => 'read the object again and decide again: it has changed meanwhile',
  cluster_expired: () => 'start the list or watch again from the beginning',
  rate_limited: () => 'ask again later; if it stays, look at the API priority and fairness settings of the cluster',
  cluster_unavailable: () => 'ask again; if it stays, check the API server and the admission webhooks it calls',
};
