/** May they? Asked of the API server, so that the RBAC a team has on `operations` in its namespace is all there is to grant. */
import { SoteriaError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { reviewAccess } from '../kubernetes/reviews.ts';
import type { Caller } from './caller.ts';
import { isOwn } from './own-user.ts';
import { rememberAllowed } from './remember-allowed.ts';

/** What the roles of Kubernetes are about: a caller that may create Operations in a namespace may back up its claims. */
const operations = { group: 'soteria.dev', plural: 'operations' } as const;

export interface Access {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  /** Left out: in all namespaces. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Left out: Operations. */
  readonly of?: { readonly group: string; readonly plural: string } | undefined;
}

/** Throws `forbidden`; ask for the source and for the target namespace. */
export type Authorize = (caller: Caller, access: Access, signal?: AbortSignal) => Promise<void>;

export interface AuthorizeOptions {
  readonly client: KubernetesClient;
  /** False: everybody may do everything, also who has proved a name. */
  readonly authRequired: boolean;
  readonly now: () => Date;
}

/**
 * Who proved nothing got past `authenticate` only because the settings say so (an unsigned event that is accepted, or HTTP with
 * SOTERIA_AUTH_REQUIRED=false), and a function's own event acts for a request that was checked before: neither is asked again.
 */
export function createAuthorize({ client, authRequired, now }: AuthorizeOptions): Authorize {
  const allowed = rememberAllowed(now);
  return async (caller, { of = operations, ...access }, signal) => {
    if (!authRequired || caller.proof === 'none' || isOwn(caller)) return;
    const { user, groups } = caller;
    const question = { user, groups, ...access, group: of.group, resource: of.plural };
    if (allowed.isKnown(question)) return;
    const { isAllowed } = await reviewAccess(client, question, { signal });
    if (!isAllowed) throw forbidden(caller, { ...access, of });
    allowed.remember(question);
  };
}

function forbidden({ user }: Caller, { verb, namespace, name, of = operations }: Access): SoteriaError {
  const resource = `${of.plural}.${of.group}`;
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  const scope = namespace === undefined ? '--all-namespaces' : `-n ${namespace}`;
  const binding = namespace === undefined ? 'ClusterRoleBinding' : `RoleBinding in namespace ${namespace}`;
  return new SoteriaError('forbidden', {
    what: `${user} may not ${verb} ${resource}${name === undefined ? '' : ` ${name}`} ${where}`,
    why: 'no role of Kubernetes grants it',
    fix: `check with "kubectl auth can-i ${verb} ${resource} ${scope} --as ${user}"; a ${binding} to a role with this verb grants it`,
  });
}
