/** Kubernetes objects as plain JSON, as the in-memory cluster keeps them: never changed in place, so they can be shared. */

export type JsonObject = { readonly [key: string]: unknown };

export interface WireMeta extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

export interface WireObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: WireMeta;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isWireObject(value: unknown): value is WireObject {
  if (!isJsonObject(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string')
    return false;
  const metadata = asObject(value['metadata']);
  return typeof metadata['name'] === 'string' && typeof metadata['uid'] === 'string';
}

/** The value when it is an object, otherwise an empty one. */
export function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function objectAt(parent: JsonObject | undefined, key: string): JsonObject {
  return asObject(parent?.[key]);
}

/** A text member, or undefined when it is absent, empty or not a text. */
export function textAt(parent: JsonObject | undefined, key: string): string | undefined {
  const member = parent?.[key];
  return typeof member === 'string' && member !== '' ? member : undefined;
}

/** A deep copy of JSON; members that are `undefined` are dropped, as they would be on the wire. */
export function copyJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyJson);
  if (!isJsonObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member !== undefined) put(copy, key, copyJson(member));
  }
  return copy;
}

/** Assigns like JSON.parse does: `__proto__` is a member like any other. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

export function isSameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => isSameJson(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isSameJson(left[key], right[key]));
}

/** The same object without one member. */
export function without(object: JsonObject, ...members: readonly string[]): JsonObject {
  if (!members.some((member) => Object.hasOwn(object, member))) return object;
  return Object.fromEntries(Object.entries(object).filter(([key]) => !members.includes(key)));
}
