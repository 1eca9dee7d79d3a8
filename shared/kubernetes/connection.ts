/** How to reach an API server and as whom. `in-cluster.ts` and `kubeconfig.ts` make one, `transport.ts` uses it. */
import type { Agent } from 'node:http';

/** The bearer token of the moment; `isRefused` asks for another one, because the server answered 401 to the last. */
export type TokenSource = (state?: { readonly isRefused: boolean }) => Promise<string | undefined>;

export interface ClientCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface Connection {
  /** A path in it is kept as the prefix of every request. */
  readonly server: URL;
  /** PEM; without it, the certificate authorities of the system. */
  readonly ca?: string | undefined;
  readonly token?: TokenSource | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  /** The name the server's certificate must bear, where it is not the host of `server`. */
  readonly tlsServerName?: string | undefined;
  /** Acts as this user (`Impersonate-User`). */
  readonly impersonateUser?: string | undefined;
  /** Used in place of an own connection pool: a proxy. */
  readonly agent?: Agent | undefined;
}
