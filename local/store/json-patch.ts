/** JSON patch, RFC 6902, as `kubectl patch --type=json` sends it. Pure. */
import { badRequest, invalid } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import {
  copyJson,
  isJsonObject,
  isSameJson,
  put,
  textAt,
  type JsonObject,
} from '@soteria/shared/fakes/kubernetes/wire-object.ts';

type Container = Record<string, unknown> | unknown[];

/** Throws a 400 ApiRefusal for what is not a patch, 422 when an operation does not fit the document. */
export function applyJsonPatch(document: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch) || !patch.every(isJsonObject)) throw badRequest('a JSON patch is a list of operations');
  const root: { document: unknown } = { document: copyJson(document) };
  for (const operation of patch) apply(root, operation);
  if (!isJsonObject(root.document)) throw badRequest('the patch leaves no object');
  return root.document;
}

function apply(root: { document: unknown }, operation: JsonObject): void {
  const path = parsePointer(operation, 'path');
  const value = copyJson(operation['value']);
  switch (operation['op']) {
    case 'add':
      return write(root, path, value, 'insert');
    case 'replace':
      read(root, path);
      return write(root, path, value, 'overwrite');
    case 'remove':
      return remove(root, path);
    case 'test':
      if (!isSameJson(read(root, path), value)) throw unfit(`testing value ${path.join('/')} failed`);
      return;
    case 'copy':
      return write(root, path, copyJson(read(root, parsePointer(operation, 'from'))), 'insert');
    case 'move': {
      const from = parsePointer(operation, 'from');
      const moved = read(root, from);
      remove(root, from);
      return write(root, path, moved, 'insert');
    }
    default:
      throw badRequest(`unknown operation ${String(operation['op'])} in a JSON patch`);
  }
}

function parsePointer(operation: JsonObject, member: string): readonly string[] {
  const pointer = textAt(operation, member) ?? '';
  if (pointer !== '' && !pointer.startsWith('/')) throw badRequest(`"${pointer}" is not a JSON pointer`);
  const keys = pointer.split('/').slice(1);
  return ['document', ...keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))];
}

function read(root: Container, path: readonly string[]): unknown {
  let value: unknown = root;
  for (const key of path) {
    const container = asContainer(value);
    if (container === undefined || !Object.hasOwn(container, key)) throw unfit(`there is nothing at ${path.join('/')}`);
    value = Array.isArray(container) ? container[Number(key)] : container[key];
  }
  return value;
}

function write(root: Container, path: readonly string[], value: unknown, how: 'insert' | 'overwrite'): void {
  const { container, key } = parentOf(root, path);
  if (!Array.isArray(container)) return put(container, key, value);
  const index = key === '-' ? container.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > container.length)
    throw unfit(`no index ${key} in ${path.join('/')}`);
  container.splice(index, how === 'insert' ? 0 : 1, value);
}

function remove(root: Container, path: readonly string[]): void {
  read(root, path);
  const { container, key } = parentOf(root, path);
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else Reflect.deleteProperty(container, key);
}

function parentOf(root: Container, path: readonly string[]): { readonly container: Container; readonly key: string } {
  const container = asContainer(read(root, path.slice(0, -1)));
  const key = path.at(-1);
  if (container === undefined || key === undefined) throw unfit(`there is nothing to hold ${path.join('/')}`);
  return { container, key };
}

function asContainer(value: unknown): Container | undefined {
  return Array.isArray(value) || isMembers(value) ? value : undefined;
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value);
}

function unfit(why: string): Error {
  return invalid({ group: '', plural: '', kind: 'JSONPatch' }, '', [
    { reason: 'FieldValueInvalid', field: 'patch', message: why.replaceAll('document/', '/') },
  ]);
}
