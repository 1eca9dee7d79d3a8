/**
 * The one mapping of the API server's refusals to the product's codes, as `client.ts` documents them. Decided by status code and
 * machine-readable reason, never by message text; the message is only quoted, as the server's own words. Pure.
 */
import * as z from 'zod';
import { SoteriaError } from '../errors.ts';
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

type RefusalCode =
  | 'cluster_forbidden'
  | 'cluster_refused'
  | 'not_found'
  | 'name_conflict'
  | 'cluster_conflict'
  | 'cluster_expired'
  | 'rate_limited'
  | 'cluster_unavailable';

function codeOf(httpStatus: number, status: ApiStatus | undefined): RefusalCode {
  switch (httpStatus) {
    case 401:
    case 403:
      return 'cluster_forbidden';
    case 404:
      return isNamed(status) ? 'not_found' : 'cluster_refused';
    case 409:
      return status?.reason === 'AlreadyExists' ? 'name_conflict' : 'cluster_conflict';
    case 410:
      return 'cluster_expired';
    case 429:
      return 'rate_limited';
    case 408:
      return 'cluster_unavailable';
    case 422:
      // How the server answers a patch whose uid is another object's: nobody can want to change a uid.
      return causesOf(status).some(({ field }) => field === 'metadata.uid') ? 'cluster_conflict' : 'cluster_refused';
    default:
      return httpStatus >= 400 && httpStatus < 500 ? 'cluster_refused' : 'cluster_unavailable';
  }
}

function whyRefused(call: Call, httpStatus: number, status: ApiStatus | undefined): string {
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
  cluster_forbidden: ({ verb, type }, httpStatus) =>
    httpStatus === 401
      ? "check the token or client certificate: the service account's token mount, or the user of the kubeconfig"
      : `allow the verb ${verb} on ${resourceName(type)} in the RBAC rules of the account used, unless a policy or quota refused it`,
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
