import { parseLabelSelector } from '../fakes/kubernetes/label-selector.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSelected, type LabelSelector, requiredLabels } from './label-selectors.ts';

/** The same selector as `kubectl -l` takes it: read by the code that answers for the API server in tests. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const texts = { In: 'in', NotIn: 'notin', Exists: '', DoesNotExist: '' };
  const expressions = matchExpressions.map(({ key, operator, values }) =>
    values === undefined
      ? `${operator === 'Exists' ? '' : '!'}${key}`
      : `${key} ${texts[operator]} (${values.join(',')})`,
  );
  return [...equal, ...expressions].join(',');
}

const key = fc.constantFrom('app', 'tier', 'soteria.dev/x');
const value = fc.constantFrom('a', 'b', 'c');
const labels = fc.dictionary(key, value);
const expression = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.array(value, { minLength: 1 }),
  }),
  fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
);
const selector = fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 3 }) });

describe('a selector', () => {
  it('selects what the same selector of kubectl selects, and nothing without one of its required labels', () => {
    fc.assert(
      fc.property(selector, labels, (wanted, of) => {
        const selected = isSelected(wanted, of);
        expect(selected).toBe(parseLabelSelector(selectorText(wanted))(of));
        const required = requiredLabels(wanted);
        const has = Object.entries(of).some(([name, text]) => required?.includes(`${name}=${text}`) === true);
        if (required !== undefined && !has) expect(selected).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
