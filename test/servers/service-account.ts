/** Gives a process the identity of a ServiceAccount, as a pod of it would have. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAdminClient, type AdminClient } from './admin-client.ts';
import type { ApiServerAccess } from './api-server.ts';

export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
  /** Audience of the token, for example for Knative's OIDC; default: the API server's. */
  readonly audiences?: readonly string[];
  /** Default one hour; the API server grants no less than ten minutes. */
  readonly expirationSeconds?: number;
}

export interface MountedServiceAccount {
  /** Holds `token`, `ca.crt` and `namespace`, as /var/run/secrets/kubernetes.io/serviceaccount does. */
  readonly dir: string;
  readonly token: string;
  /** `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` for the process that uses the identity. */
  readonly env: { readonly KUBERNETES_SERVICE_HOST: string; readonly KUBERNETES_SERVICE_PORT: string };
}

/** A fresh token by the TokenRequest API; the account must exist. */
export async function mintToken(admin: AdminClient, account: ServiceAccountRef): Promise<string> {
  const { namespace, name, audiences, expirationSeconds = 3600 } = account;
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${encodeURIComponent(name)}/token`;
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences, expirationSeconds },
  };
  const answer = await admin.must<{ status: { token: string } }>('POST', path, request);
  return answer.status.token;
}

/** Writes the folder under the server's own, so that it is deleted with the server. The account must exist. */
export async function mountServiceAccount(
  server: ApiServerAccess,
  account: ServiceAccountRef,
): Promise<MountedServiceAccount> {
  const admin = createAdminClient({ url: server.url, caPem: server.caPem, token: server.adminToken });
  const token = await mintToken(admin, account).finally(() => admin.close());
  const parent = join(server.dir, 'service-accounts');
  mkdirSync(parent, { recursive: true });
  const dir = mkdtempSync(join(parent, `${account.namespace}-${account.name}-`.slice(0, 100)));
  writeFileSync(join(dir, 'token'), token, { mode: 0o600 });
  writeFileSync(join(dir, 'ca.crt'), server.caPem);
  writeFileSync(join(dir, 'namespace'), account.namespace);
  const { hostname, port } = new URL(server.url);
  return { dir, token, env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port } };
}
