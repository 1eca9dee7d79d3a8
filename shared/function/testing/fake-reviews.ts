/** An API server that answers TokenReviews and SubjectAccessReviews from two tables, and nothing else. */
import * as z from 'zod';
import { SoteriaError } from '../../errors.ts';
import type { Draft, KubernetesClient } from '../../kubernetes/client.ts';
import type { KubernetesObject, ResourceType } from '../../kubernetes/resource-type.ts';

export interface FakeReviews {
  readonly client: KubernetesClient;
  /** Kinds of the reviews asked for, in order. */
  readonly asked: string[];
}

export interface Knowledge {
  /** token → who it is. */
  readonly tokens?: Readonly<Record<string, { readonly username: string; readonly groups?: readonly string[] }>>;
  /** `user verb namespace` of what is allowed. */
  readonly grants?: readonly string[];
  readonly isDown?: boolean;
}

const reviewShape = z.object({
  spec: z.object({
    token: z.string().optional(),
    user: z.string().optional(),
    resourceAttributes: z
      .object({ verb: z.string(), namespace: z.string().optional(), group: z.string(), resource: z.string() })
      .optional(),
  }),
});
type ReviewSpec = z.infer<typeof reviewShape>['spec'];

function unused(): never {
  throw new Error('only reviews are answered here');
}

export function fakeReviews({ tokens = {}, grants = [], isDown = false }: Knowledge = {}): FakeReviews {
  const asked: string[] = [];

  function verdict(kind: string, spec: ReviewSpec): unknown {
    if (kind === 'TokenReview') {
      const user = tokens[spec.token ?? ''];
      return user === undefined ? { authenticated: false } : { authenticated: true, user };
    }
    const { verb, namespace, group, resource } = spec.resourceAttributes ?? { verb: '', group: '', resource: '' };
    const isOurs = group === 'soteria.dev' && resource === 'operations';
    return { allowed: isOurs && grants.includes(`${spec.user} ${verb} ${namespace ?? '*'}`) };
  }

  function create<T extends KubernetesObject>(type: ResourceType<T>, draft: Draft<T>): Promise<T> {
    asked.push(type.kind);
    if (isDown)
      return Promise.reject(new SoteriaError('cluster_unavailable', { what: 'no answer', why: 'down', fix: 'wait' }));
    const { spec } = reviewShape.parse(draft);
    return Promise.resolve(type.parse({ ...draft, status: verdict(type.kind, spec) }));
  }

  return {
    asked,
    client: { create, get: unused, list: unused, replace: unused, patch: unused, delete: unused },
  };
}
