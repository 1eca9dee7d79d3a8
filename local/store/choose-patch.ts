/** The four patch formats of Kubernetes: which of them the store accepts, and how they change an object. Pure. */
import { ApiRefusal, badRequest } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import { applyMergePatch } from '@soteria/shared/fakes/kubernetes/merge-patch.ts';
import { asObject, isJsonObject, type JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { applyJsonPatch } from './json-patch.ts';

export type Change = (current: JsonObject) => JsonObject;

/**
 * Lists of the built-in kinds whose elements a strategic merge matches by a key. Merging them needs Kubernetes' own schemas;
 * replacing them instead would silently lose elements.
 */
const keyedLists: ReadonlySet<string> = new Set([
  'addresses',
  'conditions',
  'containers',
  'env',
  'ephemeralContainers',
  'finalizers',
  'hostAliases',
  'imagePullSecrets',
  'initContainers',
  'ownerReferences',
  'ports',
  'secrets',
  'topologySpreadConstraints',
  'volumeDevices',
  'volumeMounts',
  'volumes',
]);

/** Throws a 415 ApiRefusal for a format that the store does not accept, 400 for a body that does not fit its format. */
export function choosePatch(contentType: string, patch: unknown): Change {
  switch (contentType) {
    case 'application/merge-patch+json':
      checkIsObject(patch);
      return (current) => asObject(applyMergePatch(current, patch));
    case 'application/json-patch+json':
      return (current) => applyJsonPatch(current, patch);
    case 'application/strategic-merge-patch+json':
      checkIsObject(patch);
      checkHasNoKeyedList(patch);
      return (current) => asObject(applyMergePatch(current, patch));
    case 'application/apply-patch+yaml':
    case 'application/apply-patch+cbor':
      throw unsupported(
        'server-side apply is not done by the local store; use kubectl apply without --server-side, or a real API server',
      );
    default:
      throw unsupported(
        `the patch format "${contentType}" is not known; send application/merge-patch+json, application/json-patch+json or application/strategic-merge-patch+json`,
      );
  }
}

function checkIsObject(patch: unknown): void {
  if (!isJsonObject(patch)) throw badRequest('error decoding patch: it must be an object');
}

function checkHasNoKeyedList(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) checkHasNoKeyedList(item);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith('$') || (keyedLists.has(key) && Array.isArray(member))) {
      throw unsupported(
        `the local store does not merge lists by their keys ("${key}" of a strategic merge patch); send the whole list with kubectl replace or kubectl patch --type=merge`,
      );
    }
    checkHasNoKeyedList(member);
  }
}

function unsupported(message: string): ApiRefusal {
  return new ApiRefusal(415, 'UnsupportedMediaType', message, {});
}
