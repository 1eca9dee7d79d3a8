import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';
import { resolvePolicy } from '../policy/resolve-policy.ts';
import { compilePolicy, explainMatch } from './explain-match.ts';
import { createMatcher } from './match-claims.ts';

const policy = (members: object) => resolvePolicy(policySchema.parse({ id: 'p', schedule: '0 2 * * *', ...members }));
const namespace = (members: object = {}) => ({ name: 'shop', labels: { tier: 'gold' }, annotations: {}, ...members });
const claim = (members: object = {}) => ({
  namespace: 'shop',
  name: 'data',
  labels: { app: 'db' },
  annotations: {},
  ...members,
});

describe('a policy takes a claim', () => {
  it.each([
    [{}, {}, {}, 'selects_nothing'],
    [{ namespaceSelector: {} }, {}, {}, 'selected'],
    [{ labelSelector: {} }, {}, {}, 'selected'],
    [{ namespaceSelector: { matchLabels: { tier: 'gold' } } }, {}, {}, 'selected'],
    [{ namespaceSelector: { matchLabels: { tier: 'iron' } } }, {}, {}, 'namespace_labels_differ'],
    [{ namespaceSelector: {}, labelSelector: { matchLabels: { app: 'web' } } }, {}, {}, 'claim_labels_differ'],
    [{ claims: ['shop/data'] }, {}, {}, 'selected'],
    [{ claims: ['shop/*'] }, {}, {}, 'selected'],
    [{ claims: ['*/da*a'] }, {}, {}, 'selected'],
    [{ claims: ['sho/*', 'shop/dat', 'shop/*.data'] }, {}, {}, 'not_in_claims'],
    [{ claims: ['shop/*'], labelSelector: { matchLabels: { app: 'web' } } }, {}, {}, 'claim_labels_differ'],
    [{ namespaceSelector: {}, exclude: ['*/data'] }, {}, {}, 'excluded_by_policy'],
    [{}, {}, { annotations: { 'soteria.dev/policy': 'a, p' } }, 'named_by_claim'],
    [{ exclude: ['shop/*'] }, {}, { annotations: { 'soteria.dev/policy': 'p' } }, 'excluded_by_policy'],
    [{}, { annotations: { 'soteria.dev/policy': 'p' } }, {}, 'named_by_namespace'],
    [{ namespaceSelector: {} }, {}, { annotations: { 'soteria.dev/exclude': 'cache' } }, 'excluded_by_claim'],
    [{ namespaceSelector: {} }, {}, { annotations: { 'soteria.dev/backup': 'false' } }, 'excluded_by_claim'],
    [{ namespaceSelector: {} }, {}, { labels: { 'soteria.dev/temporary': 'x' } }, 'temporary'],
    [{ namespaceSelector: {} }, { annotations: { 'soteria.dev/exclude': 'lab' } }, {}, 'excluded_by_namespace'],
    [
      {},
      { annotations: { 'soteria.dev/exclude': 'lab' } },
      { annotations: { 'soteria.dev/policy': 'p' } },
      'named_by_claim',
    ],
  ])('%j of namespace %j, claim %j: %s', (members, ofNamespace, ofClaim, code) => {
    const reason = explainMatch(compilePolicy(policy(members)), namespace(ofNamespace), claim(ofClaim));
    expect(reason.code).toBe(code);
    expect(reason.isMatched).toBe(/^(selected|named_)/.test(code));
  });
});

describe('of many policies', () => {
  it('says why a claim is left out, and which names nobody has', () => {
    const match = createMatcher([policy({ namespaceSelector: {}, exclude: ['shop/cache'] })]);
    const shop = namespace({ annotations: { 'soteria.dev/policy': 'gone' } });
    expect(match(shop, claim())).toMatchObject({ policies: [{ id: 'p' }], unknown: ['gone'] });
    expect(match(shop, claim({ name: 'cache' }))).toMatchObject({ policies: [], excludedBy: 'p' });
    expect(match(shop, claim({ annotations: { 'soteria.dev/exclude': 'scratch' } }))).toMatchObject({
      policies: [],
      exclusion: { code: 'excluded_by_claim', why: 'scratch' },
    });
  });

  const label = fc.record({ key: fc.constantFrom('app', 'tier'), value: fc.constantFrom('a', 'b', 'c') });
  const labels = fc
    .array(label, { maxLength: 2 })
    .map((all) => Object.fromEntries(all.map(({ key, value }) => [key, value])));
  const selector = fc.record(
    {
      matchLabels: labels,
      matchExpressions: fc.array(
        fc.record({
          key: fc.constantFrom('app', 'tier'),
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
        }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  );
  const pattern = fc.constantFrom('n0/c0', 'n1/c1', 'n0/*', 'n*/c2', '*/*', '*/c1', 'n2/c*');
  const members = fc.record(
    {
      namespaceSelector: selector,
      labelSelector: selector,
      claims: fc.array(pattern, { minLength: 1, maxLength: 3 }),
      exclude: fc.array(pattern, { maxLength: 1 }),
    },
    { requiredKeys: [] },
  );
  const annotations = fc.record(
    {
      'soteria.dev/policy': fc.constantFrom('p0', 'p1,p2', 'p9', ''),
      'soteria.dev/exclude': fc.constantFrom('', 'cache'),
    },
    { requiredKeys: [] },
  );

  it('the index finds the same policies as judging each one', () => {
    fc.assert(
      fc.property(
        fc.array(members, { maxLength: 8 }),
        fc.array(fc.record({ labels, annotations }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.record({ labels, annotations, namespace: fc.nat(2), name: fc.nat(3) }), {
          minLength: 1,
          maxLength: 6,
        }),
        (all, namespaces, claims) => {
          const policies = all.map((one, index) => policy({ ...one, id: `p${index}` }));
          const match = createMatcher(policies);
          const marked = namespaces.map((one, index) => ({ ...one, name: `n${index}` }));
          for (const one of claims) {
            const of = marked[one.namespace] ?? namespace();
            const wanted = { ...one, namespace: of.name, name: `c${one.name}` };
            const found = match(of, wanted).policies.map(({ id }) => id);
            const expected = policies.filter((each) => explainMatch(compilePolicy(each), of, wanted).isMatched);
            expect(found).toEqual(expected.map(({ id }) => id));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
