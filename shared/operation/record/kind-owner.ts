/** Which function moves an operation; undefined for a kind of another version, which is left alone. Pure. */
import type { Operation } from './schema.ts';
import { operationKinds } from '../kinds/kinds.ts';

export function ownerOf({ spec }: Pick<Operation, 'spec'>): string | undefined {
  const known: Readonly<Record<string, { readonly function: string }>> = operationKinds;
  return known[spec.kind]?.function;
}
