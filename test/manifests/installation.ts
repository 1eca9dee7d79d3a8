/** The objects that `kubectl apply -k deploy` applies. */
import { join } from 'node:path';
import { readKustomization } from '../../local/manifests/read-kustomization.ts';
import type { ManifestObject } from '../../local/manifests/manifest-object.ts';

export const repositoryDir = join(import.meta.dirname, '../..');
export const deployDir = join(repositoryDir, 'deploy');

export function readInstallation(): ManifestObject[] {
  return readKustomization(deployDir);
}

/** `Trigger soteria/sweep`: for titles and messages. */
export function titleOf({ kind, metadata }: ManifestObject): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}

export function ofKind(objects: readonly ManifestObject[], kind: string, group?: string): ManifestObject[] {
  return objects.filter((one) => one.kind === kind && (group === undefined || one.apiVersion.startsWith(`${group}/`)));
}

/** The member at a path, or undefined; a test that needs the member fails in its comparison. */
export function at(object: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value) && typeof key === 'number') return value[key];
    if (typeof value !== 'object' || value === null) return undefined;
    return new Map<string, unknown>(Object.entries(value)).get(String(key));
  }, object);
}

/** The list at a path; a missing list is an error, so that a loop over nothing does not pass as a test. */
export function listAt(object: unknown, ...path: readonly (string | number)[]): unknown[] {
  const list = at(object, ...path);
  if (Array.isArray(list)) return list;
  throw new Error(`there is no list at ${path.join('.')}`);
}
