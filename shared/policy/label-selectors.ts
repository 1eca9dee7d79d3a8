/** Selectors as Kubernetes writes them in objects (`matchLabels`, `matchExpressions`). Pure. */
import { labelKey, labelValue } from '../operation/kinds/fields.ts';
import * as z from 'zod';

const expression = z
  .strictObject({
    key: labelKey.describe('The key of a label.'),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe('How the value of the label is compared.'),
    values: z.array(labelValue).max(64).optional().describe('Needed by In and NotIn; left out with the others.'),
  })
  .refine(({ operator, values = [] }) => !needsValues(operator) || values.length > 0, {
    path: ['values'],
    error: 'must name at least one value: the operators In and NotIn compare with it',
  })
  .refine(({ operator, values = [] }) => needsValues(operator) || values.length === 0, {
    path: ['values'],
    error: 'must be left out: the operators Exists and DoesNotExist compare with no value',
  });

export const labelSelector = z.strictObject({
  matchLabels: z.record(labelKey, labelValue).optional().describe('Each of these labels must have this value.'),
  matchExpressions: z.array(expression).max(32).optional().describe('Each of these must hold.'),
});
export type LabelSelector = z.infer<typeof labelSelector>;

function needsValues(operator: string): boolean {
  return operator === 'In' || operator === 'NotIn';
}

export type Labels = Readonly<Record<string, string>>;

/** The empty selector selects everything. As in Kubernetes, `NotIn` and `DoesNotExist` also select what lacks the label. */
export function isSelected({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  for (const key in matchLabels) if (labels[key] !== matchLabels[key]) return false;
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}

/**
 * Labels of which a selected object must carry one, as `key=value`; undefined: no such list is known. The shortest one, so that an index
 * over it hands out as few policies as possible.
 */
export function requiredLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string[] | undefined {
  const [first] = Object.entries(matchLabels);
  if (first !== undefined) return [`${first[0]}=${first[1]}`];
  const lists = matchExpressions.filter(({ operator }) => operator === 'In');
  const [shortest] = lists.toSorted((a, b) => (a.values?.length ?? 0) - (b.values?.length ?? 0));
  return shortest?.values?.map((value) => `${shortest.key}=${value}`);
}
