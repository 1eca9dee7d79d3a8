/** One tick in a process of its own: `decide-once POLICIES CLAIMS` prints what it took as JSON. */
import { totalsOf } from '@soteria/shared/coverage/coverage-record.ts';
import { encodeCoverage } from '@soteria/shared/coverage/encode-coverage.ts';
import { decideTick } from '@soteria/policy-tick/tick/decide-tick.ts';
import { peakRssKib } from '../run-program.ts';
import { makeBefore, makeNamespaces, makePolicies, now } from './cluster-of-claims.ts';

const [policyCount = 0, claimCount = 0] = process.argv.slice(2).map(Number);
const policies = makePolicies(policyCount);
const namespaces = makeNamespaces(claimCount, policies);
const recorded = makeBefore(namespaces);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const decision = decideTick({
  now,
  policies,
  namespaces,
  free: 1_000,
  lastServedAt: new Map(),
  othersFreshMs: 26 * 3_600_000,
  before: recorded,
});
const texts = [...decision.coverage.values()].map((records) => encodeCoverage(records));
const totalMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpuBefore);
const { claims, percent } = totalsOf(decision.coverage.values());
const largest = Math.max(...texts.map((text) => text.length));
process.stdout.write(
  JSON.stringify({
    measured: { cpu_s: (user + system) / 1e6, rss_mib: peakRssKib(process.pid) / 1024, total_s: totalMs / 1000 },
    decided: { claims, percent, asked: decision.ask.length, missed: decision.transitions.length, largest },
  }),
);
