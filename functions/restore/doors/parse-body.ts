/** Strict schemas, with every violation named. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import type * as z from 'zod';

export function parseBody<T>(schema: z.ZodType<T>, body: unknown, example: string, wanted = 'a restore'): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'the body');
  throw new SoteriaError(
    'invalid_request',
    { what: `the request for ${wanted} is not valid`, why: problems.join('; '), fix: `send ${example}` },
    { details: { problems } },
  );
}

/** At most one of them says which point is meant. */
export function refuseTwoChoices(body: { snapshot?: unknown; backup_url?: unknown; as_of?: unknown }): void {
  const chosen = (['snapshot', 'backup_url', 'as_of'] as const).filter((member) => body[member] !== undefined);
  if (chosen.length <= 1) return;
  throw new SoteriaError('invalid_request', {
    what: 'the request for a restore is not valid',
    why: `it chooses the restore point by ${chosen.join(' and by ')}`,
    fix: 'give one of snapshot, backup_url and as_of, or none for the latest',
  });
}
