/** Who is it, and may they? Asked of the API server by TokenReview and SubjectAccessReview. */
import { SoteriaError, toSoteriaError } from '../errors.ts';
import type { CallOptions, KubernetesClient } from './client.ts';
import { subjectAccessReviews, tokenReviews } from './core-types.ts';

export interface TokenVerdict {
  readonly isAuthenticated: boolean;
  /** Empty when not authenticated. */
  readonly user: string;
  readonly groups: readonly string[];
}

export interface AccessQuestion {
  readonly user: string;
  readonly groups: readonly string[];
  /** Left out: in all namespaces, or a cluster-scoped resource. */
  readonly namespace?: string | undefined;
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly name?: string | undefined;
}

export interface AccessVerdict {
  readonly isAllowed: boolean;
  /** The authorizer's words. */
  readonly reason?: string | undefined;
}

const unauthenticated: TokenVerdict = { isAuthenticated: false, user: '', groups: [] };

/** With audiences, a token that is valid but meant for none of them is not authenticated. No error ever holds the token. */
export async function reviewToken(
  client: KubernetesClient,
  token: string,
  { audiences }: { readonly audiences?: readonly string[] | undefined } = {},
  options: CallOptions = {},
): Promise<TokenVerdict> {
  if (token === '') return unauthenticated;
  const spec = { token, ...(audiences === undefined ? {} : { audiences: [...audiences] }) };
  const draft = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec };
  const { status } = await client.create(tokenReviews, draft, options).catch((thrown: unknown) => {
    throw withoutToken(thrown);
  });
  if (status?.authenticated !== true) return unauthenticated;
  const isForUs = audiences === undefined || audiences.some((audience) => status.audiences?.includes(audience));
  if (!isForUs) return unauthenticated;
  return { isAuthenticated: true, user: status.user?.username ?? '', groups: status.user?.groups ?? [] };
}

export async function reviewAccess(
  client: KubernetesClient,
  question: AccessQuestion,
  options: CallOptions = {},
): Promise<AccessVerdict> {
  const { user, groups, namespace, verb, group, resource, name } = question;
  const draft = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: {
      user,
      groups: [...groups],
      resourceAttributes: {
        verb,
        group,
        resource,
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
      },
    },
  };
  const { status } = await client.create(subjectAccessReviews, draft, options);
  return { isAllowed: status?.allowed === true && status.denied !== true, reason: status?.reason };
}

/** The server may quote the request it refuses, so nothing of the original but its code and its delay goes on. */
function withoutToken(thrown: unknown): SoteriaError {
  const { code, retryAfterSeconds } = toSoteriaError(thrown);
  const isOurRight = code === 'cluster_forbidden';
  return new SoteriaError(
    code,
    {
      what: 'could not check who is calling',
      why: isOurRight
        ? "Soteria's own account may not create tokenreviews.authentication.k8s.io"
        : `the API server did not answer the TokenReview (${code})`,
      fix: isOurRight
        ? 'bind the ClusterRole system:auth-delegator to the service account of the function'
        : 'ask again; if it stays, check that the API server is reachable',
    },
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}
