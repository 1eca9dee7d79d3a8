import { decideTick } from '@soteria/policy-tick/tick/decide-tick.ts';
import { expect, it } from 'vitest';
import { makeBefore, makeNamespaces, makePolicies, now } from './cluster-of-claims.ts';
import { createMeter } from './meter.ts';

const policies = makePolicies(50);

function cpuSecondsOf(claims: number): number {
  const meter = createMeter();
  const namespaces = meter.without(makeNamespaces(claims, policies));
  const before = makeBefore();
  decideTick({ now, policies, namespaces, free: 100, lastServedAt: new Map(), othersFreshMs: 3_600_000, before });
  return meter.read().cpu_s;
}

it('a tick over eight times as many claims takes far less than the 64 times of quadratic work', () => {
  const least = (claims: number) => Math.min(...[1, 2, 3].map(() => cpuSecondsOf(claims)));
  least(2_000);
  expect(least(16_000)).toBeLessThan(24 * least(2_000));
});
