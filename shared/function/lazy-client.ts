/** A cluster client that connects with the first call, so that a function listens before it has talked to anybody. */
import type { KubernetesClient } from '../kubernetes/client.ts';

/** A connection that could not be made is tried again with the next call. */
export function connectLazily(connect: () => Promise<KubernetesClient>): KubernetesClient {
  let connecting: Promise<KubernetesClient> | undefined;

  async function client(): Promise<KubernetesClient> {
    const attempt = (connecting ??= connect());
    try {
      return await attempt;
    } catch (thrown) {
      if (connecting === attempt) connecting = undefined;
      throw thrown;
    }
  }

  return {
    get: async (type, ref, options) => (await client()).get(type, ref, options),
    list: async (type, query, options) => (await client()).list(type, query, options),
    create: async (type, draft, options) => (await client()).create(type, draft, options),
    replace: async (type, object, options) => (await client()).replace(type, object, options),
    patch: async (type, ref, patch, options) => (await client()).patch(type, ref, patch, options),
    delete: async (type, ref, options) => (await client()).delete(type, ref, options),
  };
}
