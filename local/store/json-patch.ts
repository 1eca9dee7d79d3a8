/** JSON patch, RFC 6902, as `kubectl patch --type=json` sends it. Pure. */
import { badRequest, invalid } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { applyPatch } from 'rfc6902';
import * as z from 'zod';

/** A pointer to a member: a patch may not replace the whole object. */
const pointer = z.string().regex(/^\/(?!(.*\/)?__proto__(\/|$))/, 'is not a JSON pointer to a member');
const operation = z.discriminatedUnion('op', [
  z.object({ op: z.enum(['add', 'replace', 'test']), path: pointer, value: z.unknown() }),
  z.object({ op: z.literal('remove'), path: pointer }),
  z.object({ op: z.enum(['move', 'copy']), path: pointer, from: pointer }),
]);
const operations = z.array(operation);

/** Throws a 400 ApiRefusal when the body is not a patch, 422 when an operation does not fit the document. */
export function applyJsonPatch(document: JsonObject, patch: unknown): JsonObject {
  const { data, error } = operations.safeParse(patch);
  if (data === undefined) throw badRequest(`a JSON patch is a list of operations: ${z.prettifyError(error)}`);
  const patched = structuredClone(document);
  const failure = applyPatch(patched, structuredClone(data)).find((found) => found !== null);
  if (failure === undefined) return patched;
  throw invalid({ group: '', plural: '', kind: 'JSONPatch' }, '', [
    { reason: 'FieldValueInvalid', field: 'patch', message: `${failure.name}: ${failure.message}` },
  ]);
}
