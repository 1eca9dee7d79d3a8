/**
 * For test files under `test/apiserver`: suites on the shared API server, each in its own namespaces.
 *
 *     describeOnApiServer('the record', () => {
 *       const server = useApiServer();
 *       it('is kept', async () => {
 *         const namespace = await server.createNamespace('record');
 *         await server.admin.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } });
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { createAdminClient, type AdminAccess, type AdminClient } from './admin-client.ts';
import type { ApiServerAccess } from './api-server.ts';

const provided = inject('apiServer');

type Suite = (title: string, body: () => void) => void;

const isRequired = process.env['REQUIRE_APISERVER'] === '1';

/** Skips the tests with a message when the server binaries are missing; with REQUIRE_APISERVER=1 every test fails instead. */
export const describeOnApiServer: Suite = describe.skipIf(provided.state === 'missing' && !isRequired);

/** Also needs the CRDs of Longhorn and Knative. */
export const describeWithReferenceCrds: Suite = describe.skipIf(
  provided.state === 'missing' || !provided.hasReferenceCrds,
);

/** Also needs the CRDs and a controller-manager: garbage collection, deleting namespaces. */
export const describeWithControllers: Suite = describe.skipIf(
  provided.state === 'missing' || !provided.hasReferenceCrds || !provided.hasControllerManager,
);

export interface SharedApiServer {
  readonly access: ApiServerAccess;
  /** In `system:masters`. */
  readonly admin: AdminClient;
  /** As another user; closed with the suite. */
  as(impersonate: NonNullable<AdminAccess['impersonate']>): AdminClient;
  /** With the given token, for example of `mintToken`; closed with the suite. */
  withToken(token: string): AdminClient;
  /** Makes `<prefix>-<six random characters>`, so that files and runs never meet. Left behind: the whole server goes. */
  createNamespace(prefix: string): Promise<string>;
}

/** The shared server, for use inside hooks and tests of a suite; call it in the body of `describeOnApiServer`. */
export function useApiServer(): SharedApiServer {
  const clients: AdminClient[] = [];
  let access: ApiServerAccess | undefined;
  const getAccess = () => {
    if (access === undefined) throw new Error('the API server is for hooks and tests, not for the body of a suite');
    return access;
  };
  const open = (token: string, impersonate?: AdminAccess['impersonate']) => {
    const client = createAdminClient({ url: getAccess().url, caPem: getAccess().caPem, token, impersonate });
    clients.push(client);
    return client;
  };
  let admin: AdminClient | undefined;

  beforeAll(() => {
    if (provided.state === 'missing') throw new Error(`REQUIRE_APISERVER=1, but ${provided.why}`);
    access = provided.access;
  });
  afterAll(() => {
    for (const client of clients) client.close();
  });

  return {
    get access() {
      return getAccess();
    },
    get admin() {
      admin ??= open(getAccess().adminToken);
      return admin;
    },
    as: (impersonate) => open(getAccess().adminToken, impersonate),
    withToken: (token) => open(token),
    async createNamespace(prefix) {
      const name = `${prefix}-${randomBytes(3).toString('hex')}`;
      await this.admin.must('POST', '/api/v1/namespaces', { metadata: { name } });
      return name;
    },
  };
}
