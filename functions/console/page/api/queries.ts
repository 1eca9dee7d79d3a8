/** What the screens read. A key begins with what an event makes old: `inventory`, `operations`, `points`, `policies`. */
import { queryOptions } from '@tanstack/react-query';
import { api, type RestoreRequest } from './client.ts';
import { dataOf } from './problem.ts';

export const inventoryQuery = () =>
  queryOptions({
    queryKey: ['inventory'],
    queryFn: async ({ signal }) => dataOf(await api.GET('/v1/inventory', { signal })),
  });

export const claimQuery = (namespace: string, pvc: string) =>
  queryOptions({
    queryKey: ['inventory', namespace, pvc],
    queryFn: async ({ signal }) => {
      const found = dataOf(await api.GET('/v1/inventory', { params: { query: { namespace, q: pvc } }, signal }));
      return {
        row: found.namespaces.flatMap(({ pvcs }) => pvcs).find((row) => row.pvc === pvc) ?? null,
        problems: found.problems,
      };
    },
    refetchInterval: ({ state }) => (state.data?.row?.running === null ? 30_000 : 3_000),
  });

export const pointsQuery = (query: { readonly namespace?: string; readonly pvc?: string; readonly limit?: number }) =>
  queryOptions({
    queryKey: ['points', query],
    queryFn: async ({ signal }) => dataOf(await api.GET('/v1/backups', { params: { query }, signal })),
  });

interface OperationsFilter {
  readonly namespace?: string;
  readonly pvc?: string;
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Skipped' | 'Cancelled';
  readonly limit?: number;
}

/** It changes. An event says so; where no stream reaches the page, a short interval finds out. */
const isOpen = (phase: string | undefined): boolean => phase === 'Pending' || phase === 'Running';

export const operationsQuery = (query: OperationsFilter) =>
  queryOptions({
    queryKey: ['operations', query],
    queryFn: async ({ signal }) => dataOf(await api.GET('/v1/operations', { params: { query }, signal })),
    refetchInterval: ({ state }) => (state.data?.items.some(({ phase }) => isOpen(phase)) === true ? 3_000 : 30_000),
  });

export const operationQuery = (namespace: string, name: string) =>
  queryOptions({
    queryKey: ['operations', namespace, name],
    queryFn: async ({ signal }) =>
      dataOf(await api.GET('/v1/operations/{name}', { params: { path: { name }, query: { namespace } }, signal })),
    refetchInterval: ({ state }) => (isOpen(state.data?.phase) ? 3_000 : 60_000),
  });

/** What the restore would do. It is asked for again when the request changes, never by itself. */
export const restorePlanQuery = (body: RestoreRequest | undefined) =>
  queryOptions({
    queryKey: ['plan', body],
    enabled: body !== undefined,
    queryFn: async ({ signal }) => {
      if (body === undefined) throw new Error('a plan needs a request');
      return dataOf(await api.POST('/v1/restores', { body: { ...body, dry_run: true }, signal }));
    },
    staleTime: 30_000,
    refetchInterval: false,
  });

export const namespacePlanQuery = (
  body: { readonly namespace: string; readonly target_namespace: string } | undefined,
) =>
  queryOptions({
    queryKey: ['plan', 'namespace', body],
    enabled: body !== undefined,
    queryFn: async ({ signal }) => {
      if (body === undefined) throw new Error('a plan needs a request');
      return dataOf(await api.POST('/v1/restores/namespace', { body: { ...body, dry_run: true }, signal }));
    },
    staleTime: 30_000,
    refetchInterval: false,
  });

export const selfTestQuery = () =>
  queryOptions({
    queryKey: ['operations', 'self-test'],
    queryFn: async ({ signal }) => dataOf(await api.GET('/v1/selftest', { signal })),
  });

export const recoveryQuery = () =>
  queryOptions({
    queryKey: ['recovery'],
    queryFn: async ({ signal }) => {
      const headers = { accept: 'application/json' };
      const found = dataOf(await api.GET('/v1/recovery', { headers, signal }));
      if (typeof found === 'string') throw new TypeError('the recovery sheet is not JSON');
      return found;
    },
    refetchInterval: 120_000,
  });

export const deadLettersQuery = () =>
  queryOptions({
    queryKey: ['dead-letters'],
    queryFn: async ({ signal }) => dataOf(await api.GET('/v1/dead-letters', { signal })),
  });

export const policiesQuery = () =>
  queryOptions({
    queryKey: ['policies'],
    queryFn: async ({ signal }) => {
      const found = dataOf(await api.GET('/v1/policies', { signal }));
      if (!('items' in found)) throw new TypeError('the policies are not JSON');
      return found;
    },
  });

/** Of a draft as it is typed: the server reads the YAML, so that the page has no second reading of it. */
export const previewQuery = (yaml: string) =>
  queryOptions({
    queryKey: ['preview', yaml],
    enabled: yaml.trim() !== '',
    queryFn: async ({ signal }) => {
      const found = dataOf(
        await api.POST('/v1/policies/preview', {
          params: { query: { limit: 200 } },
          headers: { 'content-type': 'application/yaml' },
          // The contract types a policy as an object; what is sent is its text.
          body: { id: 'draft' },
          bodySerializer: () => yaml,
          signal,
        }),
      );
      if (!('runs' in found)) throw new TypeError('the answer is not the preview of one policy');
      return found;
    },
    staleTime: 30_000,
    refetchInterval: false,
  });

export const usageQuery = () =>
  queryOptions({
    queryKey: ['usage'],
    queryFn: async ({ signal }) => dataOf(await api.GET('/v1/b2', { signal })),
    refetchInterval: (query) => (query.state.data?.measuring === null ? 120_000 : 3_000),
  });
