/** Planted bugs of policies and prunes; the rows of `mutants.ts`. */
import { dueOfTest } from '@soteria/policy-tick/evaluate/due-of-operation.ts';
import { decidePrune } from '@soteria/policy-tick/prune/decide-prune.ts';
import type { PruneFacts } from '@soteria/policy-tick/prune/world.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
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

/** No Operation of that kind meets an earlier one of its name. */
function countNames(kind: 'Backup' | 'RestoreTest'): Mutation {
  return {
    tick: ({ store, ...rest }) => {
      let count = 0;
      const create: typeof store.create = ({ name, ...draft }, signal) =>
        store.create({ ...draft, name: draft.spec.kind === kind ? `${name}-${(count += 1)}` : name }, signal);
      return { ...rest, store: { ...store, create } };
    },
  };
}

/** As if a restore test were refused whose round began more than a minute ago. */
const refuseLateTests: Mutation = {
  tick: ({ store, now, ...rest }) => {
    const create: typeof store.create = async (draft, signal) => {
      const { dueAt } = dueOfTest(draft.spec.identity) ?? {};
      if (dueAt === undefined || now().getTime() - dueAt.getTime() < 60_000) return store.create(draft, signal);
      throw new SoteriaError('cluster_refused', {
        what: 'no test',
        why: 'its round is over',
        fix: 'wait for the next',
      });
    };
    return { ...rest, now, store: { ...store, create } };
  },
};

/** As if the digest of a yes were not compared. */
const takeAnyYes: Mutation = {
  prune: (tools) => ({
    ...tools,
    decide: (situation) => {
      const { operation } = situation;
      const { confirm, ...request } = operation.spec.request;
      if (confirm === undefined) return decidePrune(situation);
      const { policy } = situation.world;
      const known = policy?.seen && { ...policy.seen, hasPruned: true };
      const world = policy === undefined ? situation.world : { ...situation.world, policy: { seen: known } };
      return decidePrune({ ...situation, world, operation: { ...operation, spec: { ...operation.spec, request } } });
    },
  }),
};

/** As if every policy had pruned before. */
const needNoFirstYes: Mutation = {
  prune: ({ memory, ...tools }) => ({
    ...tools,
    memory: {
      ...memory,
      policyOf: async (id, signal) => {
        const known = await memory.policyOf(id, signal);
        return known && { ...known, hasPruned: true };
      },
    },
  }),
};

export const policyMutants = {
  noDueInstantIsAskedForTwice: ['the name of a due backup does not follow from its instant', countNames('Backup')],
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
  noTestIsAskedForTwice: [
    'the name of a scheduled restore test does not follow from its round',
    countNames('RestoreTest'),
  ],
  aMissedTestIsCaughtUp: ['a round of restore tests that was missed is let pass', refuseLateTests],
  noPruneGoesWithoutItsYes: ['a yes for another digest is accepted', takeAnyYes],
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

/** As if no restore test had said anything. */
const ignoreProofs: Mutation = {
  prune: (tools) => ({ ...tools, verified: { ...tools.verified, proofOf: () => Promise.resolve(undefined) } }),
};

export const furtherPolicyMutants: readonly [invariant: InvariantName, bug: string, mutation: Mutation][] = [
  ['aPruneKeepsWhatMustStay', 'a hold is ignored', ignoreHolds],
  ['aPruneKeepsWhatMustStay', 'a prune takes the last verified point', ignoreProofs],
  ['noPruneGoesWithoutItsYes', 'the first prune of a policy waits for no yes', needNoFirstYes],
  [
    'aPruneKeepsWhatMustStay',
    'a prune takes the points of every policy for its own',
    pruneOver((facts, policy) => ({ ...facts, policy })),
  ],
];
