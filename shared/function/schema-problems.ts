/** What a strict schema finds wrong, each with the path of the member. */
import type * as z from 'zod';

/** `whole`: names what has a problem without a path. */
export function problemsOf(
  { issues }: z.ZodError,
  whole: 'the body' | 'the query' | 'the policy' | 'config.yaml',
): string[] {
  return issues.map(({ path, message }) => `${path.map(String).join('.') || whole}: ${message}`);
}
