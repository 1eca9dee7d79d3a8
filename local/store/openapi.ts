/**
 * As much OpenAPI v3 as kubectl needs: which patches take `fieldValidation` (so that it leaves validation to the server), and
 * the schemas of custom resources (so that `kubectl explain` knows them). Pure.
 */
import { groupVersion, type KindDefinition } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { groupVersionPaths } from './discovery.ts';

const root = '/openapi/v3';

const patchParameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

/** Undefined when the path does not belong to OpenAPI v3. */
export function describeOpenApi(kinds: readonly KindDefinition[], pathname: string): JsonObject | undefined {
  const paths = groupVersionPaths(kinds);
  if (pathname === root || pathname === `${root}/`) {
    return { paths: Object.fromEntries(paths.map((path) => [path, { serverRelativeURL: `${root}/${path}` }])) };
  }
  const path = paths.find((candidate) => pathname === `${root}/${candidate}`);
  if (path === undefined) return undefined;
  const versionName = path.split('/').at(-1) ?? '';
  const served = kinds.filter((kind) =>
    kind.versions.some(({ name, isServed }) => isServed && name === versionName && path === pathOf(kind, name)),
  );
  return {
    openapi: '3.0.0',
    info: { title: 'Soteria local store', version: versionName },
    paths: Object.fromEntries(served.map((kind) => [itemPath(kind, path), patchOperation(kind, versionName)])),
    components: { schemas: Object.fromEntries(served.map((kind) => schemaOf(kind, versionName))) },
  };
}

function pathOf({ group }: KindDefinition, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function itemPath({ isNamespaced, plural }: KindDefinition, path: string): string {
  return `/${path}/${isNamespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`;
}

function patchOperation({ group, kind }: KindDefinition, version: string): JsonObject {
  return {
    patch: {
      parameters: patchParameters,
      responses: { 200: { description: 'OK' } },
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group, version, kind },
    },
  };
}

function schemaOf({ group, kind, versions }: KindDefinition, version: string): [string, JsonObject] {
  const schema = versions.find(({ name }) => name === version)?.schema ?? {
    description: `The local store keeps no schema of ${kind} in ${groupVersion(group, version)}.`,
    type: 'object',
  };
  const name = [...group.split('.').toReversed(), version, kind].filter((part) => part !== '').join('.');
  return [name, { ...schema, 'x-kubernetes-group-version-kind': [{ group, version, kind }] }];
}
