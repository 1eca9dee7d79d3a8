/** Kinds and objects the tests of the in-memory cluster share. Only tests import this. */
import { untyped } from '../../kubernetes/core-types.ts';
import { createMemoryCluster, type MemoryCluster } from './memory-cluster.ts';
import { customKind } from './memory-kinds.ts';
import type { JsonObject } from './wire-object.ts';

export const address = { group: 'test.dev', version: 'v1', kind: 'Thing', plural: 'things', isNamespaced: true };
export const things = untyped(address);
export const at = { group: 'test.dev', version: 'v1', plural: 'things', namespace: 'default' };
export const configMapsAt = { group: '', version: 'v1', plural: 'configmaps', namespace: 'default' };
export const definitionsAt = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
export const boxesAt = { group: 'test.dev', version: 'v1', plural: 'boxes', namespace: 'default' };

const now = () => new Date('2025-03-04T05:06:07.890Z');

export function makeCluster(historyLimit?: number): MemoryCluster {
  const limit = historyLimit === undefined ? {} : { historyLimit };
  return createMemoryCluster({ now, kinds: [customKind(address, { selectableFields: ['status.phase'] })], ...limit });
}

export function thing(name: string, content: JsonObject = {}) {
  return { apiVersion: 'test.dev/v1', kind: 'Thing', metadata: { name, namespace: 'default' }, ...content };
}

export function box(metadata: JsonObject): JsonObject {
  return { apiVersion: 'test.dev/v1', kind: 'Box', metadata };
}

/** Defines the kind Box, in two versions. */
export const definition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boxes.test.dev' },
  spec: {
    group: 'test.dev',
    scope: 'Namespaced',
    names: { plural: 'boxes', kind: 'Box', shortNames: ['bx'] },
    versions: [
      { name: 'v1beta1', served: true, storage: false },
      { name: 'v1', served: true, storage: true, subresources: { status: {} } },
    ],
  },
};

/** The status code of the refusal, for comparing. */
export function codeOf(act: () => unknown): number | string {
  try {
    act();
    return 'nothing refused';
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? Number(thrown.code) : String(thrown);
  }
}
