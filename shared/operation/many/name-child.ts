/** Name and identity of a child follow from its parent and its candidate: made twice is made once. Pure. */
import { shortHash } from '../../short-hash.ts';
import { operationName, timeFromName } from '../record/names.ts';
import type { Operation } from '../record/schema.ts';
import { type OperationKind, operationKinds } from '../kinds/kinds.ts';

export function childName(
  parent: Operation,
  kind: OperationKind,
  of: { readonly name: string; readonly subject: string },
) {
  const { name, uid, creationTimestamp } = parent.metadata;
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  return operationName(operationKinds[kind].verb, of.subject, at, shortHash(`${uid} ${of.name}`));
}

export function childIdentity(parent: Operation, prefix: string, candidate: string): string {
  return `${prefix}:${parent.metadata.uid}:${candidate}`;
}
