/** Where an object lives on the API server, and how error texts name it. Pure. */
import { SoteriaError } from '../errors.ts';
import type { ObjectRef } from './client.ts';
import type { KubernetesObject, ResourceType } from './resource-type.ts';

interface Named {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

export type AnyType = Omit<ResourceType<KubernetesObject>, 'parse'>;
export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** `operations.soteria.dev`, `configmaps`. */
export function resourceName(type: AnyType): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

/** `configmaps "settings" in namespace "soteria"`, with as much of it as is known. */
export function describeTarget(type: AnyType, target: Named): string {
  const name = target.name === undefined || target.name === '' ? '' : ` "${target.name}"`;
  const place = target.namespace === undefined ? '' : ` in namespace "${target.namespace}"`;
  return `${resourceName(type)}${name}${place}`;
}

/** All of them, in one namespace or (namespace left out) in all. */
export function collectionPath(type: AnyType, namespace: string | undefined): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  if (namespace === undefined) return `${root}/${type.plural}`;
  if (!type.isNamespaced) {
    throw unusable(type, { namespace }, 'it is cluster-scoped, but a namespace was given', 'leave the namespace out');
  }
  return `${root}/namespaces/${segment(type, { namespace }, namespace)}/${type.plural}`;
}

/** One object. Throws `invalid_request` rather than build a path that means something else, such as the collection. */
export function objectPath(type: AnyType, ref: ObjectRef, subresource?: 'status'): string {
  requireNamespace(type, ref);
  const path = `${collectionPath(type, ref.namespace)}/${segment(type, ref, ref.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** A create or an access to one object of a namespaced kind must name its namespace. */
export function requireNamespace(type: AnyType, ref: Named): void {
  if (type.isNamespaced && ref.namespace === undefined) {
    throw unusable(type, ref, 'it lives in a namespace, but none was given', 'name the namespace');
  }
}

export function withParameters(path: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '' && value !== false) query.set(key, String(value));
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

function segment(type: AnyType, ref: Named, text: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%]/.test(text)) {
    throw unusable(type, ref, `"${text}" cannot be a name in Kubernetes`, 'give the name of an object');
  }
  return encodeURIComponent(text);
}

function unusable(type: AnyType, ref: Named, why: string, fix: string): SoteriaError {
  return new SoteriaError('invalid_request', { what: `could not address ${describeTarget(type, ref)}`, why, fix });
}
