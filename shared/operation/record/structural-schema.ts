/**
 * A zod schema as Kubernetes wants it in a CustomResourceDefinition: a structural schema, in which every member is declared where it
 * stands and nothing is said twice. What has no place in one stops the generation instead of being dropped.
 */
import * as z from 'zod';

export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  /** CEL that makes the message; `message` is what the caller reads when it fails. */
  readonly messageExpression?: string;
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
}

export interface StructuralSchema {
  readonly type: string;
  readonly description?: string;
  readonly properties?: { readonly [member: string]: StructuralSchema };
  readonly required?: readonly string[];
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  readonly [keyword: string]: unknown;
}

/** Said in a structural schema as in a JSON Schema. */
const sameInBoth = new Set([
  'description',
  'required',
  'enum',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
]);

/** Unknown members are pruned, or refused under strict field validation, exactly because this is not repeated in the schema. */
const leftOut = new Set(['$schema', 'additionalProperties']);

/** Throws when the schema uses what a CustomResourceDefinition cannot say, such as a union of types. */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return convert(z.toJSONSchema(schema, { io: 'input', reused: 'inline', cycles: 'throw' }), []);
}

function convert(json: unknown, path: readonly string[]): StructuralSchema {
  const from = objectAt(json, path);
  const type = from['type'];
  if (typeof type !== 'string') throw inexpressible('a schema without one type', path);
  if (type === 'object' && from['properties'] === undefined) throw inexpressible('an object of free members', path);
  const members: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(from)) {
    if (leftOut.has(keyword) || keyword === 'type') continue;
    if (keyword === 'properties') members[keyword] = convertMembers(value, path);
    else if (keyword === 'items') members[keyword] = convert(value, [...path, '[]']);
    // The API server checks date-times itself, and zod's pattern for them is longer than all the rest.
    else if (keyword === 'pattern' && from['format'] === 'date-time') continue;
    else if (sameInBoth.has(keyword)) members[keyword] = value;
    else throw inexpressible(`"${keyword}"`, path);
  }
  return { type, ...members };
}

function convertMembers(json: unknown, path: readonly string[]): Record<string, StructuralSchema> {
  const members = Object.entries(objectAt(json, path));
  return Object.fromEntries(members.map(([name, member]) => [name, convert(member, [...path, name])]));
}

function objectAt(json: unknown, path: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json };
  throw inexpressible('what is no schema object', path);
}

function inexpressible(what: string, path: readonly string[]): Error {
  return new Error(`a CustomResourceDefinition cannot hold ${what}, at ${path.join('.') || 'the root'}`);
}
