/** The query parameters of the Kubernetes API in the form that the in-memory cluster needs. Pure. */
import { badRequest } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import type { RawDeleteOptions, RawListQuery, SelectorQuery } from '@soteria/shared/fakes/kubernetes/raw-api.ts';
import { objectAt, textAt, type JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';

type Query = URLSearchParams;

export function isTrue(query: Query, name: string): boolean {
  const value = query.get(name);
  return value === 'true' || value === '1' || value === '';
}

export function readSelectors(query: Query): SelectorQuery {
  return {
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined,
  };
}

/** Throws a 400 ApiRefusal when a number is malformed. */
export function readListQuery(query: Query): RawListQuery {
  const continueToken = query.get('continue') ?? undefined;
  const revision = readRevision(query);
  const match = query.get('resourceVersionMatch') === 'Exact' ? 'Exact' : 'NotOlderThan';
  return {
    ...readSelectors(query),
    limit: readCount(query, 'limit'),
    continueToken,
    resourceVersion: revision === undefined ? undefined : { match, revision },
  };
}

/** Undefined for no version and for `0`: both mean the present state. */
export function readRevision(query: Query): number | undefined {
  return readCount(query, 'resourceVersion') || undefined;
}

export function readCount(query: Query, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const count = Number(text);
  if (!Number.isSafeInteger(count)) throw badRequest(`${name}: Invalid value: "${text}": must be a whole number`);
  return Math.max(0, count);
}

/** Throws a 400 ApiRefusal for any dry run other than `All`. */
export function readDryRun(query: Query, options: JsonObject = {}): boolean {
  const inBody = Array.isArray(options['dryRun']) ? options['dryRun'].map(String) : [];
  const asked = [...query.getAll('dryRun'), ...inBody].filter((value) => value !== '');
  const unknown = asked.find((value) => value !== 'All');
  if (unknown !== undefined) throw badRequest(`dryRun: Unsupported value: "${unknown}": supported values: "All"`);
  return asked.length > 0;
}

export function readDeleteOptions(query: Query, options: JsonObject): RawDeleteOptions {
  const preconditions = objectAt(options, 'preconditions');
  return {
    isDryRun: readDryRun(query, options),
    uid: textAt(preconditions, 'uid'),
    resourceVersion: textAt(preconditions, 'resourceVersion'),
  };
}
