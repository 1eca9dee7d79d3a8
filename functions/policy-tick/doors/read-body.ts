/** A body that a strict schema describes; the refusal names every mistake. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import type * as z from 'zod';

export function readBody<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'the body');
  const fix = 'send what docs/openapi.json describes for this route';
  throw new SoteriaError('invalid_request', { what, why: problems.join('; '), fix }, { details: { problems } });
}
