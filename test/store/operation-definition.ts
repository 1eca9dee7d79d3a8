/** The Operation CRD, put into a cluster the way `kubectl create` would. */
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { parseJson, writeJson } from '@soteria/shared/kubernetes/json.ts';
import { asObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { operationCrd } from '@soteria/shared/operation/record/crd.ts';

export function installOperations({ api }: MemoryCluster): void {
  const definitions = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
  api.create(definitions, asObject(parseJson(writeJson(operationCrd()))));
}
