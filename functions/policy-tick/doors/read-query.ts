/** The parameters of a query by their schema; every parameter that does not fit is named. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import type * as z from 'zod';

export type Query = Readonly<Record<string, string>>;

export function readQuery<T>(schema: z.ZodType<T>, query: Query): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'the query');
  throw new SoteriaError(
    'invalid_request',
    {
      what: 'the query is not valid',
      why: problems.join('; '),
      fix: 'check the parameters of this route in docs/http.md',
    },
    { details: { problems } },
  );
}
