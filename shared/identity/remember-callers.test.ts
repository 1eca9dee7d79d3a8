import { expect, it } from 'vitest';
import type { Caller } from './caller.ts';
import { rememberCallers } from './remember-callers.ts';

const caller: Caller = { user: 'jane', groups: [], proof: 'token' };

it('remembers at most a thousand callers, the newest', () => {
  const callers = rememberCallers(() => new Date(0));
  for (let i = 0; i <= 1000; i += 1) callers.remember(`token-${i}`, caller);
  expect(callers.recall('token-0')).toBeUndefined();
  expect(callers.recall('token-1')).toBe(caller);
  expect(callers.recall('token-1000')).toBe(caller);
});
