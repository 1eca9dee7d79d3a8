import { expect, it } from 'vitest';
import * as z from 'zod';
import { problemsOf } from './schema-problems.ts';

it.each([
  [{ deep: { list: ['a', 'b'] } }, 'deep.list.1: must be a'],
  [{ deep: { list: [] }, wrong: 1 }, 'the body: Unrecognized key: "wrong"'],
])('of %j names the member, or the whole: %s', (input, problem) => {
  const schema = z.strictObject({ deep: z.strictObject({ list: z.array(z.literal('a', 'must be a')) }) });
  const { error } = schema.safeParse(input);
  expect(error && problemsOf(error, 'the body')).toEqual([problem]);
});
