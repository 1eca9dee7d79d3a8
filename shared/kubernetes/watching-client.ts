/** The client of a real API server that also watches. Of the functions only the console needs it. */
import type { Call } from './api-errors.ts';
import type { WatchingClient } from './client.ts';
import type { Connection } from './connection.ts';
import { createExchange, type HttpClientOptions } from './exchange.ts';
import { createClientOver, parseWith, selectorsOf } from './http-client.ts';
import { collectionPath, withParameters } from './resource-path.ts';
import { watchResource } from './watch.ts';

const watchPageSize = 500;

export function createWatchingClient(connection: Connection, options: HttpClientOptions = {}): WatchingClient {
  const exchange = createExchange(connection, options);
  const client = createClientOver(exchange);
  return {
    ...client,
    watch(type, query = {}, { signal } = {}) {
      const call: Call = { verb: 'watch', type, target: { namespace: query.namespace } };
      const selection = { namespace: query.namespace, ...selectorsOf(query) };
      const streamPath = (resourceVersion: string, timeoutSeconds: number): string =>
        withParameters(collectionPath(type, query.namespace), {
          ...selectorsOf(query),
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion,
          timeoutSeconds,
        });
      return watchResource(
        exchange,
        {
          call,
          streamPath,
          listPage: async (continueToken) => {
            if (query.isListed !== false) {
              return client.list(type, { ...selection, limit: watchPageSize, continueToken }, { signal });
            }
            const { resourceVersion } = await client.list(type, { ...selection, limit: 1 }, { signal });
            return { items: [], resourceVersion };
          },
          parse: (wire) => parseWith(call, type.parse, wire),
        },
        query.resourceVersion,
        signal,
      );
    },
  };
}
