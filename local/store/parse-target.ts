/** Reads from the path of a request which resource it addresses. Pure. */
import type { CollectionPath, ObjectPath } from '@soteria/shared/fakes/kubernetes/raw-api.ts';

export type Target =
  | { readonly type: 'collection'; readonly path: CollectionPath }
  | { readonly type: 'object'; readonly path: ObjectPath; readonly subresource: string | undefined };

/** Undefined for every path that addresses no resource (discovery, health, nonsense). Throws a URIError on bad escapes. */
export function parseTarget(pathname: string): Target | undefined {
  const segments = pathname.split('/').slice(1).map(decodeURIComponent);
  if (segments.includes('')) return undefined;
  const [root, ...rest] = segments;
  if (root === 'api') return inVersion('', rest);
  const [group, ...afterGroup] = rest;
  return root === 'apis' && group !== undefined ? inVersion(group, afterGroup) : undefined;
}

/** `/namespaces/x/status` addresses the namespace x; `/namespaces/x/<anything else>` addresses what the namespace holds. */
const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);

function inVersion(group: string, [version, ...rest]: readonly string[]): Target | undefined {
  if (version === undefined) return undefined;
  const [first, namespace, plural, ...inside] = rest;
  const isInNamespace = first === 'namespaces' && plural !== undefined && !namespaceSubresources.has(plural);
  if (isInNamespace) return inCollection({ group, version, plural, namespace }, inside);
  return first === undefined ? undefined : inCollection({ group, version, plural: first }, rest.slice(1));
}

function inCollection(path: CollectionPath, rest: readonly string[]): Target | undefined {
  const [name, subresource, ...deeper] = rest;
  if (name === undefined) return { type: 'collection', path };
  if (deeper.length > 0) return { type: 'object', path: { ...path, name }, subresource: rest.slice(1).join('/') };
  return { type: 'object', path: { ...path, name }, subresource };
}
