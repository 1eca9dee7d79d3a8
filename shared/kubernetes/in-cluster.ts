/** The connection of a pod: address from the kubelet's variables, token and certificate authority from the mounted account. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SoteriaError } from '../errors.ts';
import type { Connection, TokenSource } from './connection.ts';

export const defaultServiceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The kubelet renews a token long before it expires; this is how old a copy of it may be. */
const maxTokenAgeMs = 60_000;

export interface InClusterSettings {
  /** `KUBERNETES_SERVICE_HOST`: a name or an address, IPv6 without brackets. */
  readonly host: string;
  /** `KUBERNETES_SERVICE_PORT_HTTPS` or `KUBERNETES_SERVICE_PORT`; default 443. */
  readonly port?: string | undefined;
  readonly serviceAccountDir?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/** Throws `cluster_unavailable` when the account is not mounted. */
export async function loadInClusterConnection(settings: InClusterSettings): Promise<Connection> {
  const dir = settings.serviceAccountDir ?? defaultServiceAccountDir;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  const token = tokenFromFile(join(dir, 'token'), settings.now ?? Date.now);
  const [ca] = await Promise.all([readMounted(join(dir, 'ca.crt')), token()]);
  return { server: new URL(`https://${host}:${settings.port ?? '443'}`), ca, token };
}

/** The pod's own namespace; undefined where no account is mounted. */
export async function readOwnNamespace(serviceAccountDir = defaultServiceAccountDir): Promise<string | undefined> {
  try {
    const text = (await readFile(join(serviceAccountDir, 'namespace'), 'utf8')).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Reads the file again when the copy is 60 seconds old or the server refused it; keeps the copy while the file is unreadable. */
export function tokenFromFile(path: string, now: () => number): TokenSource {
  let copy: { readonly token: string; readonly readAt: number } | undefined;
  return async (state) => {
    if (copy !== undefined && state?.isRefused !== true && now() - copy.readAt < maxTokenAgeMs) return copy.token;
    try {
      copy = { token: (await readMounted(path)).trim(), readAt: now() };
    } catch (thrown) {
      if (copy === undefined) throw thrown;
    }
    return copy.token;
  };
}

async function readMounted(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SoteriaError(
      'cluster_unavailable',
      {
        what: 'could not connect to the Kubernetes API server',
        why: `the service account file ${path} cannot be read`,
        fix: 'mount the service account token (automountServiceAccountToken: true), or set KUBECONFIG outside a cluster',
      },
      { cause },
    );
  }
}
