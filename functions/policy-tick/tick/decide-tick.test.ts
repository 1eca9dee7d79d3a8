import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NamespaceCoverage } from '@soteria/shared/coverage/coverage-record.ts';
import { decodeCoverage, encodeCoverage } from '@soteria/shared/coverage/encode-coverage.ts';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';
import { resolvePolicy } from '../policy/resolve-policy.ts';
import type { ClaimFacts, PolicyProgress } from './claim-facts.ts';
import { decideTick, type TickInput } from './decide-tick.ts';
import { dueIdentity, dueOperationName } from './due-identity.ts';

const hourMs = 3_600_000;
const at = (text: string) => new Date(text);
const now = at('2026-05-02T02:00:30Z');
const policy = (members: object = {}) =>
  resolvePolicy(policySchema.parse({ id: 'nightly', schedule: '0 2 * * *', namespaceSelector: {}, ...members }));

function claim(members: Partial<ClaimFacts> = {}): ClaimFacts {
  return {
    namespace: 'shop',
    name: 'data',
    labels: {},
    annotations: {},
    createdAt: at('2026-01-01T00:00:00Z'),
    newest: { at: at('2026-05-01T02:00:10Z'), by: 'policy/nightly' },
    progress: new Map([['nightly', { dataAsOf: at('2026-05-01T02:00:10Z') }]]),
    ...members,
  };
}

const shop = { name: 'shop', labels: {}, annotations: {} };
const decide = (claims: readonly ClaimFacts[], more: Partial<TickInput> = {}) =>
  decideTick({
    now,
    policies: [policy()],
    namespaces: [{ namespace: shop, claims }],
    free: 100,
    lastServedAt: new Map(),
    othersFreshMs: 26 * hourMs,
    before: () => undefined,
    ...more,
  });
const recordOf = (facts: ClaimFacts, more: Partial<TickInput> = {}) =>
  decide([facts], more).coverage.get('shop')?.get(facts.name);
const progress = (members: PolicyProgress) => ({ progress: new Map([['nightly', members]]) });
const asked = (state: 'open' | 'succeeded' | 'unchanged' | 'skipped' | 'failed', why?: string) =>
  progress({
    dataAsOf: at('2026-05-01T02:00:10Z'),
    asked: { dueAt: at('2026-05-02T02:00:00Z'), state, ...(why === undefined ? {} : { why }) },
  });

describe('a claim to which nothing was written since its newest restore point', () => {
  const skip = { policies: [policy({ onUnchanged: 'skip', rpo: '6h' })] };
  const unchanged = { isUnchanged: true };

  it('is skipped on request, counts as fresh, and misses no objective', () => {
    const { ask, coverage, transitions } = decide([claim(unchanged)], skip);
    expect([ask, transitions]).toEqual([[], []]);
    expect(coverage.get('shop')?.get('data')).toMatchObject({ code: 'unchanged', policy: 'nightly' });
    expect(coverage.get('shop')?.get('data')).not.toHaveProperty('missedSince');
  });

  it.each<[string, Partial<ClaimFacts>, Partial<TickInput>]>([
    ['the policy does not ask for it', unchanged, {}],
    ['the driver cannot tell', {}, skip],
    ['it has no good restore point', { ...unchanged, newest: undefined, progress: new Map() }, skip],
    [
      'the newest point is of another policy, which may prune it',
      { ...unchanged, newest: { at: at('2026-05-02T01:00:00Z'), by: 'policy/hourly' } },
      skip,
    ],
  ])('is backed up when %s', (_why, facts, more) => {
    expect(decide([claim(facts)], more).ask).toHaveLength(1);
  });
});

describe('the record of a claim', () => {
  const dueAt = '2026-05-02T02:00:00.000Z';

  it.each<[string, Partial<ClaimFacts>, Partial<TickInput>, object]>([
    ['due', {}, {}, { code: 'due', policy: 'nightly', dueAt }],
    ['under way', asked('open'), {}, { code: 'running', policy: 'nightly', dueAt }],
    ['backed up', progress({ dataAsOf: now }), {}, { code: 'fresh', policy: 'nightly' }],
    [
      'whose volume is faulted',
      progress({ asked: { dueAt: at(dueAt), state: 'skipped', why: 'no replica', errorCode: 'volume_faulted' } }),
      {},
      { code: 'volume_faulted', policy: 'nightly', detail: 'no replica' },
    ],
    ['not changed', asked('unchanged'), {}, { code: 'unchanged', policy: 'nightly' }],
    [
      'that failed',
      asked('failed', 'snapshot failed'),
      {},
      { code: 'last_attempt_failed', policy: 'nightly', detail: 'snapshot failed' },
    ],
    [
      'faulted',
      { obstacle: { code: 'volume_faulted', detail: 'no replica left' } },
      {},
      { code: 'volume_faulted', policy: 'nightly', detail: 'no replica left' },
    ],
    [
      'while the target is away',
      {},
      { hindrance: { code: 'target_unavailable', detail: 'since 01:10: denied' } },
      { code: 'target_unavailable', policy: 'nightly', detail: 'since 01:10: denied' },
    ],
    [
      'fresh while the target is away',
      progress({ dataAsOf: now }),
      { hindrance: { code: 'target_unavailable', detail: 'x' } },
      { code: 'fresh', policy: 'nightly' },
    ],
    [
      'new',
      { createdAt: at('2026-05-02T02:00:10Z'), progress: new Map() },
      {},
      { code: 'first_instant_to_come', policy: 'nightly', protectedBy: undefined },
    ],
    [
      'of a new policy',
      progress({}),
      { policiesSince: new Map([['nightly', at('2026-05-02T02:00:10Z')]]) },
      { code: 'first_instant_to_come', policy: 'nightly' },
    ],
    ['that waits', {}, { free: 0 }, { code: 'waits_for_turn', policy: 'nightly', dueAt }],
    [
      'of a policy that only watches',
      {},
      { policies: [policy({ schedule: undefined, rpo: '26h' })] },
      { code: 'no_schedule', policy: 'nightly', rpoSeconds: 93_600 },
    ],
    [
      'that somebody else backed up',
      { newest: { at: now, by: 'recurring-job/daily' }, newestOfOthers: now },
      {},
      { code: 'fresh', policy: 'nightly', protectedBy: 'recurring-job/daily' },
    ],
    [
      'that is excluded',
      { annotations: { 'soteria.dev/exclude': 'cache' } },
      {},
      { code: 'excluded_by_claim', detail: 'cache' },
    ],
    [
      'that its policy excludes',
      {},
      { policies: [policy({ exclude: ['shop/*'] })] },
      { code: 'excluded_by_policy', policy: 'nightly' },
    ],
    ['without a policy', {}, { policies: [] }, { code: 'protected_by_others', protectedBy: 'policy/nightly' }],
    [
      'without a policy or a fresh point',
      { newest: { at: at('2026-04-01T00:00:00Z'), by: 'foreign' } },
      { policies: [] },
      { code: 'no_policy', protectedBy: 'foreign' },
    ],
    [
      'without a driver',
      { newest: undefined, obstacle: { code: 'no_driver', detail: 'nfs' } },
      { policies: [] },
      { code: 'no_driver', detail: 'nfs' },
    ],
    [
      'that names no policy there is',
      { annotations: { 'soteria.dev/policy': 'gone' }, newest: undefined },
      { policies: [] },
      { code: 'unknown_policy', detail: 'gone' },
    ],
  ])('%s', (_title, members, more, expected) => {
    const { nextDueAt: _nextDueAt, ...record } = recordOf(claim(members), more) ?? {};
    expect(record).toEqual(expected);
  });

  it.each<[string, readonly ReturnType<typeof policy>[], string | undefined]>([
    ['of one policy', [policy()], '2026-05-03T02:00:00.000Z'],
    [
      'of two policies, the earlier',
      [policy(), policy({ id: 'hourly', schedule: '0 * * * *' })],
      '2026-05-02T03:00:00.000Z',
    ],
    ['of a suspended policy', [policy({ suspend: true })], undefined],
    ['of a policy without a schedule', [policy({ schedule: undefined, rpo: '26h' })], undefined],
    ['without a policy', [], undefined],
  ])('names the next due instant %s', (_title, policies, expected) => {
    expect(recordOf(claim({}), { policies })?.nextDueAt).toBe(expected);
  });

  it('of two policies tells what needs somebody first', () => {
    const hourly = policy({ id: 'hourly', schedule: '0 * * * *' });
    const facts = claim({
      progress: new Map([
        ['hourly', { dataAsOf: now }],
        ['nightly', { asked: { dueAt: at('2026-05-02T02:00:00Z'), state: 'failed', why: 'x' } }],
      ]),
    });
    expect(recordOf(facts, { policies: [hourly, policy()] })).toMatchObject({
      code: 'last_attempt_failed',
      policy: 'nightly',
    });
  });

  it('says since when its objective is missed', () => {
    const facts = claim({ newest: { at: at('2026-04-30T02:00:10Z'), by: 'policy/nightly' } });
    expect(recordOf(facts)?.missedSince).toBe('2026-05-01T04:00:00.000Z');
  });
});

describe('a tick', () => {
  it('asks by policy, claim and due instant; policies are independent of each other', () => {
    const archive = policy({ id: 'archive', schedule: '0 2 2 * *' });
    const facts = claim({
      newest: { at: at('2026-05-02T02:00:20Z'), by: 'policy/nightly' },
      progress: new Map([['nightly', { dataAsOf: at('2026-05-02T02:00:20Z') }]]),
    });
    const { ask } = decide([facts], { policies: [archive, policy()] });
    expect(ask).toEqual([
      { policy: 'archive', namespace: 'shop', claim: 'data', dueAt: at('2026-05-02T02:00:00Z'), isFull: false },
    ]);
    const [due] = ask;
    if (due === undefined) throw new Error('nothing is due');
    expect(dueIdentity(due)).toBe('policy/archive/shop/data/2026-05-02T02:00:00.000Z');
    expect(dueOperationName(due)).toMatch(/^soteria-backup-data-20260502-020000-[0-9a-f]{6}$/);
    expect(dueOperationName(due)).not.toBe(dueOperationName({ ...due, policy: 'nightly' }));
  });

  it('full every N counts by claim', () => {
    const policies = [policy({ mode: 'full every 3' })];
    const fullOf = (sinceFull: number | undefined) =>
      decide([claim(progress(sinceFull === undefined ? {} : { sinceFull }))], { policies }).ask[0]?.isFull;
    expect([undefined, 0, 1, 2, 7].map(fullOf)).toEqual([true, false, false, true, true]);
  });

  it('heeds the limit of a policy, what is under way counted', () => {
    const claims = Array.from({ length: 6 }, (_none, index) =>
      claim({ name: `c${index}`, ...(index < 2 ? asked('open') : {}) }),
    );
    const { ask, coverage } = decide(claims, { policies: [policy({ concurrency: 3 })] });
    expect(ask.map(({ claim: name }) => name)).toEqual(['c2']);
    expect([...(coverage.get('shop')?.values() ?? [])].map(({ code }) => code)).toEqual([
      'running',
      'running',
      'due',
      'waits_for_turn',
      'waits_for_turn',
      'waits_for_turn',
    ]);
  });

  it('reports a miss once and its end once', () => {
    const late = claim({ newest: { at: at('2026-04-30T02:00:10Z'), by: 'policy/nightly' } });
    const first = decide([late]);
    expect(first.transitions).toEqual([
      { namespace: 'shop', claim: 'data', policy: 'nightly', event: 'missed', since: '2026-05-01T04:00:00.000Z' },
    ]);
    const before = () => decodeCoverage(encodeCoverage(first.coverage.get('shop') ?? new Map())).records;
    expect(decide([late], { before }).transitions).toEqual([]);
    expect(decide([claim({ newest: { at: now, by: 'foreign' } })], { before }).transitions).toMatchObject([
      { event: 'recovered' },
    ]);
  });
});

describe('any series of ticks', () => {
  const start = at('2026-10-24T00:00:00Z').getTime();
  const spanMinutes = 2 * 24 * 60;
  /** Less than lies between two due instants. */
  const stepMinutes = 10;
  const settings = [
    ['UTC', '0 2 * * *', '*/20 * * * *'],
    ['Europe/Berlin', '30 1,2 * * *', '0 2 * * *'],
    ['Australia/Lord_Howe', '*/20 * * * *', '30 1,2 * * *'],
    ['Africa/Cairo', '0 */3 * * *', '0 0 * * *'],
    ['America/Santiago', '0 2 * * *', '0 */3 * * *'],
    ['Asia/Kathmandu', '30 1,2 * * *', '0 2 * * *'],
  ] as const;

  interface Played {
    readonly asked: readonly string[];
    readonly events: readonly string[];
  }

  /** Every backup that is asked for ends within a minute. */
  function play(policies: TickInput['policies'], minutes: readonly number[]): Played {
    const claims = new Map(
      [0, 1, 2].map((index) => [
        `c${index}`,
        claim({ name: `c${index}`, createdAt: new Date(start), newest: undefined, progress: new Map() }),
      ]),
    );
    let recorded: NamespaceCoverage | undefined;
    const asked: string[] = [];
    const events: string[] = [];
    const tick = (moment: Date) => decide([...claims.values()], { now: moment, policies, before: () => recorded });
    for (const minute of minutes) {
      const moment = new Date(start + minute * 60_000);
      const decision = tick(moment);
      for (const due of decision.ask) {
        asked.push(dueIdentity(due));
        const facts = claims.get(due.claim) ?? claim();
        const done: PolicyProgress = { dataAsOf: moment, asked: { dueAt: due.dueAt, state: 'succeeded' } };
        claims.set(due.claim, {
          ...facts,
          newest: { at: moment, by: `policy/${due.policy}` },
          progress: new Map([...(facts.progress ?? []), [due.policy, done]]),
        });
      }
      const told = decision.transitions.map(({ event, claim: name }) => `${event} ${name}`);
      events.push(...told);
      recorded = decision.coverage.get('shop');
      const again = tick(moment);
      // Deciding again after acting asks for nothing.
      expect(again.ask).toEqual([]);
      expect(again.transitions.filter(({ event }) => event === 'missed')).toEqual([]);
    }
    return { asked, events };
  }

  it('asks for backups that ticking every ten minutes asks for, each once, and for the last one before each tick', () => {
    const setting = fc.constantFrom(...settings);
    const looks = fc.uniqueArray(fc.nat(spanMinutes / stepMinutes), { minLength: 1, maxLength: 20 });
    const everyStep = Array.from({ length: spanMinutes / stepMinutes + 1 }, (_none, index) => index * stepMinutes);
    const reference = new Map<string, Played>();
    fc.assert(
      fc.property(setting, looks, ([timeZone, schedule, other], ticks) => {
        const policies = [
          policy({ id: 'a', schedule, timeZone }),
          policy({ id: 'b', schedule: other, timeZone, namespaceSelector: undefined, claims: ['shop/c1'] }),
        ];
        const all = reference.get(timeZone) ?? play(policies, everyStep);
        reference.set(timeZone, all);
        expect(new Set(all.asked).size).toBe(all.asked.length);
        expect(all.events).toEqual([]);
        const { asked } = play(
          policies,
          ticks.map((index) => index * stepMinutes).toSorted((one, next) => one - next),
        );
        expect(new Set(asked).size).toBe(asked.length);
        expect(asked.every((identity) => all.asked.includes(identity))).toBe(true);
        // What the last tick leaves behind is what every tick until then would have left: the newest due instant of each.
        const until = start + Math.max(...ticks) * stepMinutes * 60_000;
        const newestOf = (identities: readonly string[]) =>
          new Map(
            identities
              .filter((identity) => Date.parse(identity.split('/').at(-1) ?? '') <= until)
              .map((identity) => [identity.slice(0, identity.lastIndexOf('/')), identity] as const),
          );
        expect(newestOf(asked)).toEqual(newestOf(all.asked));
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});
