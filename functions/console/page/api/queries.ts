/** What the screens read. A key begins with what an event makes old: `inventory`, `operations`, `points`, `policies`. */
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
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
        evaluatedAt: found.evaluated_at,
      };
    },
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

export const operationsQuery = (query: OperationsFilter) =>
  queryOptions({
    queryKey: ['operations', query],
    queryFn: async ({ signal }) => dataOf(await api.GET('/v1/operations', { params: { query }, signal })),
  });
