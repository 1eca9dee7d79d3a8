/** Writes a label selector object in the text form of the API. */
import type { ApiServerSourceSpec } from '../manifest/source-schemas.ts';

type LabelSelector = NonNullable<ApiServerSourceSpec['resources'][number]['selector']>;

/** Undefined selects everything. */
export function writeSelector(selector: LabelSelector | undefined): string | undefined {
  const terms = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector?.matchExpressions ?? []).map(writeExpression),
  ];
  return terms.length === 0 ? undefined : terms.join(',');
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

const operatorTexts: Readonly<Record<Expression['operator'], (key: string, values: string) => string>> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

function writeExpression({ operator, key, values = [] }: Expression): string {
  return operatorTexts[operator](key, values.join(','));
}
