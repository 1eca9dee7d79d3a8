/** Claims in the order of the API server, page by page: never more than one page of them is in memory. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KubernetesClient, Page } from '@soteria/shared/kubernetes/client.ts';
import { type PersistentVolumeClaim, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';

const pageSize = 500;

/** Where to go on: after the claim with this key, which is on the page that the API server's token begins. */
export interface ClaimsFrom {
  readonly key: string;
  readonly token: string;
}

export interface ClaimPage {
  readonly claims: readonly PersistentVolumeClaim[];
  /** Begins this page; empty: the first. */
  readonly token: string;
}

export const claimKey = ({ metadata }: Pick<PersistentVolumeClaim, 'metadata'>): string =>
  `${metadata.namespace ?? ''}/${metadata.name}`;

/** A token that has expired, or that no API server gave, costs a second look at the claims before it. */
export async function* claimPages(
  client: KubernetesClient,
  { namespace, from }: { readonly namespace: string | undefined; readonly from: ClaimsFrom | undefined },
  signal: AbortSignal,
): AsyncGenerator<ClaimPage> {
  let token = from?.token ?? '';
  let after = from?.key;
  for (;;) {
    const page = await listFrom(client, { namespace, token }, signal);
    if (page === undefined) {
      token = '';
      continue;
    }
    const claims = page.items.filter((claim) => after === undefined || claimKey(claim) > after);
    yield { claims, token };
    const last = claims.at(-1);
    if (last !== undefined) after = claimKey(last);
    if (page.continueToken === undefined) return;
    token = page.continueToken;
  }
}

/** Undefined: the token is of no use. */
async function listFrom(
  client: KubernetesClient,
  { namespace, token }: { readonly namespace: string | undefined; readonly token: string },
  signal: AbortSignal,
): Promise<Page<PersistentVolumeClaim> | undefined> {
  const query = { namespace, limit: pageSize, continueToken: token === '' ? undefined : token };
  try {
    return await client.list(persistentVolumeClaims, query, { signal });
  } catch (error) {
    const isOfToken = error instanceof SoteriaError && ['cluster_expired', 'cluster_refused'].includes(error.code);
    if (isOfToken && token !== '') return undefined;
    throw error;
  }
}
