import { expect, it } from 'vitest';
import * as z from 'zod';
import { problemsOf } from './schema-problems.ts';

const schema = z.strictObject({
  deep: z.strictObject({ list: z.array(z.literal('a', 'must be a')).max(2) }).optional(),
  name: z.string().min(1).max(4).optional(),
  count: z.int().min(0).max(9).optional(),
  mode: z.enum(['full', 'incremental']).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
});

it.each([
  [{ deep: { list: ['a', 'b'] } }, 'deep.list.1: must be a'],
  [{ deep: { list: [] }, wrong: 1 }, 'the body: must not have the member "wrong"'],
  [{ wrong: 1, bad: 2 }, 'the body: must not have the members "wrong", "bad"'],
  [{ deep: {} }, 'deep.list: is missing'],
  [{ deep: { list: 'a' } }, 'deep.list: must be a list'],
  [{ deep: { list: ['a', 'a', 'a'] } }, 'deep.list: must have at most 2 items'],
  [{ name: 1 }, 'name: must be a text'],
  [{ name: '' }, 'name: must not be empty'],
  [{ name: 'abcde' }, 'name: must have at most 4 characters'],
  [{ count: 10 }, 'count: must be at most 9'],
  [{ count: -1 }, 'count: must be at least 0'],
  [{ count: 'x' }, 'count: must be a number'],
  [{ mode: 'half' }, 'mode: must be "full" or "incremental"'],
  [{ at: 'now' }, 'at: must be an instant, for example 2026-01-31T02:00:00Z'],
])('of %j names the member, or the whole: %s', (input, problem) => {
  const { error } = schema.safeParse(input);
  expect(error && problemsOf(error, 'the body')).toEqual([problem]);
});
