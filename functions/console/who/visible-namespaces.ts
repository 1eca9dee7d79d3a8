/**
 * Which namespaces a caller sees: those in which Kubernetes lets the caller list Operations. A caller with the right in all namespaces costs one
 * question, any other caller one question for each namespace. Both answers are remembered for 30 seconds.
 */
import type { Caller } from '@soteria/shared/identity/caller.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { reviewAccess } from '@soteria/shared/kubernetes/reviews.ts';

const rememberMs = 30_000;
const maxRemembered = 10_000;

/** Left out: all namespaces. */
export type MaySee = (namespace?: string) => Promise<boolean>;

/** What this caller sees. No request's signal ends a question: others of the same caller share its answer. */
export type SeenBy = (caller: Caller) => MaySee;

export interface VisibilityOptions {
  readonly client: KubernetesClient;
  /** False: everybody sees everything. */
  readonly authRequired: boolean;
  readonly now: () => Date;
}

interface Remembered {
  readonly isAllowed: Promise<boolean>;
  readonly until: number;
}

export function createSeenBy({ client, authRequired, now }: VisibilityOptions): SeenBy {
  const remembered = new Map<string, Remembered>();

  function mayList({ user, groups }: Caller, namespace: string | undefined): Promise<boolean> {
    const key = JSON.stringify([user, groups, namespace]);
    const known = remembered.get(key);
    if (known !== undefined && known.until > now().getTime()) return known.isAllowed;
    const question = { user, groups, namespace, verb: 'list', group: 'soteria.dev', resource: 'operations' };
    const isAllowed = reviewAccess(client, question).then((verdict) => verdict.isAllowed);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(key, { isAllowed, until: now().getTime() + rememberMs });
    isAllowed.catch(() => remembered.delete(key));
    return isAllowed;
  }

  return (caller) => async (namespace) => {
    if (!authRequired || caller.proof === 'none') return true;
    if (await mayList(caller, undefined)) return true;
    return namespace !== undefined && mayList(caller, namespace);
  };
}
