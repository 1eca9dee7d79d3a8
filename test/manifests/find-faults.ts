/**
 * Checks an object against the structural schema of its CustomResourceDefinition: types, required members, enums, patterns, bounds, and
 * unknown members, which a server prunes in silence unless asked to be strict.
 */
import { at } from './installation.ts';

type Json = Readonly<Record<string, unknown>>;

/** One line for each fault, with the path of the member; empty when the object fits. */
export function findFaults(schema: unknown, value: unknown, path = '$'): string[] {
  if (!isObject(schema)) throw new Error(`there is no schema at ${path}`);
  if (value === null && schema['nullable'] === true) return [];
  if (schema['x-kubernetes-int-or-string'] === true) {
    return typeof value === 'string' || Number.isInteger(value) ? [] : [`${path} is neither a number nor a text`];
  }
  const ofType = faultOfType(schema['type'], value);
  if (ofType !== undefined) return [`${path} ${ofType}`];
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) {
    return [`${path} is ${JSON.stringify(value)}, none of ${schema['enum'].join(', ')}`];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => findFaults(schema['items'], item, `${path}[${index}]`));
  }
  if (isObject(value)) return faultsOfMembers(schema, value, path);
  return faultsOfScalar(schema, value, path);
}

function faultOfType(type: unknown, value: unknown): string | undefined {
  const fits: Readonly<Record<string, boolean>> = {
    object: isObject(value),
    array: Array.isArray(value),
    string: typeof value === 'string',
    boolean: typeof value === 'boolean',
    integer: Number.isInteger(value),
    number: typeof value === 'number',
  };
  // No type: a member whose content the schema leaves open.
  if (type === undefined) return undefined;
  if (typeof type !== 'string') throw new Error(`a schema has the type ${JSON.stringify(type)}`);
  return fits[type] === true ? undefined : `is no ${type}`;
}

function faultsOfMembers(schema: Json, value: Json, path: string): string[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const missing = required.filter((name) => !Object.hasOwn(value, String(name)));
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const present = Object.entries(value).flatMap(([name, member]) => {
    const declared = at(schema, 'properties', name) ?? schema['additionalProperties'];
    if (isObject(declared)) return findFaults(declared, member, `${path}.${name}`);
    return isOpen || declared === true ? [] : [`${path}.${name} is unknown`];
  });
  return [...missing.map((name) => `${path}.${String(name)} is missing`), ...present];
}

function faultsOfScalar(schema: Json, value: unknown, path: string): string[] {
  const { pattern, minimum, maximum, maxLength } = schema;
  const faults: string[] = [];
  if (typeof value === 'string') {
    if (typeof pattern === 'string' && !new RegExp(pattern).test(value))
      faults.push(`${path} does not match ${pattern}`);
    if (typeof maxLength === 'number' && value.length > maxLength) faults.push(`${path} is longer than ${maxLength}`);
  }
  if (typeof value === 'number') {
    if (typeof minimum === 'number' && value < minimum) faults.push(`${path} is less than ${minimum}`);
    if (typeof maximum === 'number' && value > maximum) faults.push(`${path} is more than ${maximum}`);
  }
  return faults;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
