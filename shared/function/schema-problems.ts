/** What a strict schema finds wrong, each problem with the path of its member, in our words for all doors. */
import * as z from 'zod';

/** `whole`: names what has a problem without a path. */
export function problemsOf(
  { issues }: z.ZodError,
  whole: 'the body' | 'the query' | 'the policy' | 'config.yaml',
): string[] {
  return issues.map(({ path, message }) => `${path.map(String).join('.') || whole}: ${message}`);
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'an instant, for example 2026-01-31T02:00:00Z',
  url: 'a URL',
};

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items', set: ' items' };

const quoted = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value));

/** Undefined: the library's own words. A message that a schema gives itself stays as it is. */
function wordsOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return kinds[issue.expected] === undefined ? undefined : `must be ${kinds[issue.expected]}`;
    case 'invalid_value':
      return `must be ${issue.values.map(quoted).join(' or ')}`;
    case 'unrecognized_keys':
      return `must not have ${issue.keys.length === 1 ? 'the member' : 'the members'} ${issue.keys.map(quoted).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `must ${boundOf(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${boundOf(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
    case 'invalid_format':
      return formats[issue.format] === undefined ? undefined : `must be ${formats[issue.format]}`;
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
    default:
      return undefined;
  }
}

function boundOf(origin: string, relation: string, bound: number | bigint): string {
  const unit = units[origin];
  return unit === undefined ? `be ${relation} ${bound}` : `have ${relation} ${bound}${unit}`;
}

z.config({ customError: wordsOf });
