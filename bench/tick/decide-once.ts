/** One tick in a process of its own: `decide-once POLICIES CLAIMS` prints what it took as JSON. */
import { totalsOf } from '@soteria/shared/coverage/coverage-record.ts';
import { encodeCoverage } from '@soteria/shared/coverage/encode-coverage.ts';
import { decideTick } from '@soteria/policy-tick/tick/decide-tick.ts';
import { peakRssKib } from '../run-program.ts';
import { makeBefore, makeNamespaces, makePolicies, now } from './cluster-of-claims.ts';
import { createMeter } from './meter.ts';

const [policyCount = 0, claimCount = 0] = process.argv.slice(2).map(Number);
const policies = makePolicies(policyCount);
const meter = createMeter();
const decision = decideTick({
  now,
  policies,
  namespaces: meter.without(makeNamespaces(claimCount, policies)),
  free: 1_000,
  lastServedAt: new Map(),
  othersFreshMs: 26 * 3_600_000,
  before: makeBefore(),
});
const lengths = [...decision.coverage.values()].map((records) => encodeCoverage(records).length);
const measured = meter.read();
const { claims, percent } = totalsOf(decision.coverage.values());
process.stdout.write(
  JSON.stringify({
    measured: { ...measured, rss_mib: peakRssKib(process.pid) / 1024 },
    decided: {
      claims,
      percent,
      asked: decision.ask.length,
      missed: decision.transitions.length,
      largest: Math.max(...lengths),
    },
  }),
);
