/** Planted bugs of policies and prunes; the rows of `mutants.ts`. */
import { decidePrune } from '@soteria/policy-tick/prune/decide-prune.ts';
import type { PruneFacts } from '@soteria/policy-tick/prune/world.ts';
import type { Mutation } from './compose.ts';
import type { InvariantName } from './invariants.ts';

type PointFacts = PruneFacts['points'][number]['facts'];

/** Changes the points that a prune decides about, and the tick before it. */
function pruneOver(change: (facts: PointFacts, policy: string) => PointFacts): Mutation {
  return {
    prune: (tools) => ({
      ...tools,
      decide: (situation) => {
        const seen = situation.world.facts?.seen;
        if (seen === undefined) return decidePrune(situation);
        const { policy = '' } = situation.operation.spec.request;
        const points = seen.points.map((one) => ({ ...one, facts: change(one.facts, policy) }));
        return decidePrune({ ...situation, world: { ...situation.world, facts: { seen: { ...seen, points } } } });
      },
    }),
  };
}

/** Mirrored at an instant long before every history. */
function newestForOldest(facts: PointFacts): PointFacts {
  if (facts.data_as_of === null) return facts;
  const mirroredMs = 2 * Date.parse('2026-08-01T00:00:00Z') - Date.parse(facts.data_as_of);
  return { ...facts, data_as_of: new Date(mirroredMs).toISOString() };
}

export const policyMutants = {
  noDueInstantIsAskedForTwice: [
    'the name of a due backup does not follow from its instant',
    {
      tick: ({ store, ...rest }) => {
        let count = 0;
        const create: typeof store.create = ({ name, ...draft }, signal) =>
          store.create({ ...draft, name: `${name}-${(count += 1)}` }, signal);
        return { ...rest, store: { ...store, create } };
      },
    },
  ],
  aMissedInstantIsCaughtUp: [
    'what became due more than a minute ago is let pass',
    {
      tick: ({ policies, ...rest }) => ({
        ...rest,
        policies: {
          ...policies,
          read: async (signal) => {
            const book = await policies.read(signal);
            const impatient = book.policies.map(({ policy, source }) => ({
              policy: { ...policy, startingDeadlineSeconds: 60 },
              source,
            }));
            return { ...book, policies: impatient };
          },
        },
      }),
    },
  ],
  aPruneKeepsWhatMustStay: ['a prune takes the newest points for the oldest', pruneOver(newestForOldest)],
} as const satisfies { readonly [N in InvariantName]?: readonly [bug: string, mutation: Mutation] };

/** As if a person's holds were not read. */
const ignoreHolds: Mutation = {
  prune: (tools) => ({ ...tools, holds: { list: () => Promise.resolve(new Map()) } }),
  tick: (tools) => ({
    ...tools,
    loadCluster: async () => ({ ...(await tools.loadCluster()), holds: { list: () => Promise.resolve(new Map()) } }),
  }),
};

export const furtherPolicyMutants: readonly [invariant: InvariantName, bug: string, mutation: Mutation][] = [
  ['aPruneKeepsWhatMustStay', 'a hold is ignored', ignoreHolds],
  [
    'aPruneKeepsWhatMustStay',
    'a prune takes the points of every policy for its own',
    pruneOver((facts, policy) => ({ ...facts, policy })),
  ],
];
