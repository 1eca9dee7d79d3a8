import { describe, expect, it } from 'vitest';
import { operationCrd } from './crd.ts';
import { type OperationKind, operationKindNames, operationKinds } from '../kinds/kinds.ts';
import type { StructuralSchema } from './structural-schema.ts';

function rootSchema(): StructuralSchema {
  const [version] = operationCrd().spec.versions;
  if (version === undefined) throw new Error('the definition has no version');
  return version.schema.openAPIV3Schema;
}

function everySchema(schema: StructuralSchema, path: string): [string, StructuralSchema][] {
  const members = Object.entries(schema.properties ?? {}).map(([name, one]) => [`${path}.${name}`, one] as const);
  const items = schema.items === undefined ? [] : [[`${path}[]`, schema.items] as const];
  return [[path, schema], ...[...members, ...items].flatMap(([at, one]) => everySchema(one, at))];
}

function isBounded({ type, maxLength, maxItems, format, enum: values }: StructuralSchema): boolean {
  if (type === 'array') return maxItems !== undefined;
  return type !== 'string' || maxLength !== undefined || format === 'date-time' || values !== undefined;
}

/** Bytes of JSON at most; a character may take four. */
function largest(schema: StructuralSchema): number {
  const { properties, items, maxItems, maxLength } = schema;
  if (properties !== undefined) {
    return Object.entries(properties).reduce((sum, [name, one]) => sum + name.length + 4 + largest(one), 2);
  }
  if (items !== undefined) return Number(maxItems) * (largest(items) + 1) + 2;
  return schema.type === 'string' ? Number(maxLength ?? 64) * 4 + 2 : 20;
}

/** A function writes into the status what its kind has; a request may hold members of any kind. */
function ofOtherKinds(kind: OperationKind): number {
  const parts = [
    [rootSchema().properties?.['status']?.properties?.['work'], operationKinds[kind].work],
    [rootSchema().properties?.['status']?.properties?.['result'], operationKinds[kind].result],
  ] as const;
  return parts
    .flatMap(([all, own]) => Object.entries(all?.properties ?? {}).filter(([member]) => !(member in own)))
    .reduce((sum, [, schema]) => sum + largest(schema), 0);
}

describe('the definition of the Operation', () => {
  const schemas = everySchema(rootSchema(), '');

  it('bounds every text and every list: the cost of its rules and the size of an object depend on it', () => {
    const unbounded = schemas.filter(([path, schema]) => /^\.(spec|status)/.test(path) && !isBounded(schema));
    expect(unbounded.map(([path]) => path)).toEqual([]);
  });

  it.each(operationKindNames)('keeps the largest possible Operation below what etcd takes: %s', (kind) => {
    expect(largest(rootSchema()) - ofOtherKinds(kind)).toBeLessThan(1_500_000);
  });

  it('has a rule about the name of every kind', () => {
    const rules = rootSchema()['x-kubernetes-validations'] ?? [];
    for (const kind of operationKindNames) {
      expect(rules.filter(({ rule }) => rule.startsWith(`self.spec.kind != '${kind}' ||`))).toHaveLength(1);
    }
  });
});
