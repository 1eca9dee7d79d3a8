import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../problems/problem.ts';
import { decideNotices, type NoticeMemory } from './decide-notices.ts';
import { defaultRules, type Rules } from './rules.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const start = Date.parse('2026-05-04T12:00:00Z');
const nothing: NoticeMemory = { entries: {}, whileQuiet: [] };

function problem(name: string, more: Partial<Problem> = {}): Problem {
  return {
    key: `objective/${name}`,
    subject: name,
    namespace: name.split('/', 1)[0],
    severity: 'critical',
    since: new Date(start).toISOString(),
    what: `${name} is late`,
    why: 'a reason',
    fix: 'a fix',
    ...more,
  };
}

/** Plays a history: at each time the problems there are. */
function play(history: readonly (readonly [number, readonly Problem[]])[], rules: Rules = defaultRules) {
  let memory = nothing;
  return history.flatMap(([afterMs, problems]) => {
    const now = new Date(start + afterMs);
    const decided = decideNotices(memory, { problems, isMended: () => true, claims: 3, now }, rules);
    memory = decided.memory;
    return decided.notices.map(({ kind, title }) => `${afterMs / hourMs}h ${kind}: ${title}`);
  });
}

describe('a problem', () => {
  it('is said once, daily while it lasts, and once when it is over', () => {
    const late = problem('db/data');
    const hours = Array.from({ length: 50 }, (_, hour) => [hour * hourMs, [late]] as const);
    expect(play([...hours, [50 * hourMs, []], [51 * hourMs, []]])).toEqual([
      '0h opened: db/data is late',
      '24h reminder: db/data is late',
      '48h reminder: db/data is late',
      '50h recovered: Over: db/data is late',
    ]);
  });

  it('that comes back again and again is said to be over when it stays away', () => {
    const late = problem('db/data');
    const flapping = Array.from(
      { length: 20 },
      (_, step) => [step * 5 * minuteMs, step % 2 === 0 ? [late] : []] as const,
    );
    const said = play([...flapping, [3 * hourMs, []], [4 * hourMs, []]]);
    expect(said).toEqual([
      '0h opened: db/data is late',
      `${5 / 60}h recovered: Over: db/data is late`,
      `${10 / 60}h opened: db/data is late`,
      `${15 / 60}h recovered: Over: db/data is late`,
      '3h recovered: Over: db/data is late',
    ]);
  });

  it('that is not mended is said daily, also when no look finds it any more', () => {
    const failed = problem('db/data', { key: 'backup/db/data' });
    const look = { isMended: () => false, claims: 1 };
    const first = decideNotices(nothing, { ...look, problems: [failed], now: new Date(start) }, defaultRules);
    const after = (hours: number) => ({ ...look, problems: [], now: new Date(start + hours * hourMs) });
    expect(decideNotices(first.memory, after(23), defaultRules).notices).toEqual([]);
    expect(decideNotices(first.memory, after(24), defaultRules).notices.map(({ kind }) => kind)).toEqual(['reminder']);
  });

  it('that becomes critical is said again', () => {
    const mild = problem('db/data', { severity: 'warning' });
    expect(
      play([
        [0, [mild]],
        [hourMs, [problem('db/data')]],
        [2 * hourMs, [mild]],
      ]),
    ).toEqual(['0h opened: db/data is late', '1h opened: db/data is late']);
  });

  it('that does not last is said once, and never to be over', () => {
    const failed = problem('db/data', { key: 'restore/db/r', isOver: true });
    expect(
      play([
        [0, [failed]],
        [30 * hourMs, [failed]],
        [31 * hourMs, []],
      ]),
    ).toEqual(['0h opened: db/data is late']);
  });
});

describe('many problems', () => {
  const many = (count: number, more: Partial<Problem> = {}) =>
    Array.from({ length: count }, (_, index) => problem(`n${index}/data`, more));

  it('of one shared cause are one, however they come and go', () => {
    const away = many(1_000, { cause: 'target_unavailable' });
    const history = [1, 400, 1_000, 3].map((count, step) => [step * 5 * minuteMs, away.slice(0, count)] as const);
    expect(play([...history, [hourMs, []]])).toEqual([
      '0h opened: n0/data is late',
      '1h recovered: Over: n0/data is late, and 2 more',
    ]);
  });

  it('stay one when their cause changes, until each is mended', () => {
    const away = many(10, { cause: 'target_unavailable' });
    const waiting = many(10);
    const history = [away, waiting, waiting.slice(0, 4), away.slice(0, 2), []];
    expect(play(history.map((problems, step) => [step * 5 * minuteMs, problems] as const))).toEqual([
      '0h opened: n0/data is late, and 9 more',
      `${20 / 60}h recovered: Over: n0/data is late, and 1 more`,
    ]);
  });

  it('are not swallowed by one that does not last', () => {
    const failed = problem('db/r', { key: 'restore/db/r', isOver: true, cause: 'target_unavailable' });
    const away = many(3, { cause: 'target_unavailable' });
    expect(
      play([
        [0, [failed]],
        [hourMs, [failed, ...away]],
        [2 * hourMs, [failed]],
      ]),
    ).toEqual([
      '0h opened: db/r is late',
      '1h opened: n0/data is late, and 2 more',
      '2h recovered: Over: n0/data is late, and 2 more',
    ]);
  });

  it('fit into one object, however many there are and whatever they say', () => {
    const long = many(10_000, { why: 'x'.repeat(1_024), fix: 'y'.repeat(1_024), what: 'z'.repeat(1_024) });
    const look = { problems: long, isMended: () => true, claims: 10_000, now: new Date(start) };
    const { memory, notices } = decideNotices(nothing, look, defaultRules);
    expect(JSON.stringify(memory).length).toBeLessThan(700_000);
    expect(JSON.stringify(notices).length).toBeLessThan(10_000);
    expect(decideNotices(memory, look, defaultRules).notices).toEqual([]);
  });

  it('at once are one notice, and so is their end', () => {
    expect(
      play([
        [0, many(6)],
        [hourMs, []],
      ]),
    ).toEqual(['0h summary: 6 problems', '1h recovered: 6 problems are over']);
    expect(play([[0, many(5)]])).toHaveLength(5);
  });
});

describe('quiet hours', () => {
  const quietHours = { from: '22:00', to: '07:00', timeZone: 'UTC', holdsCritical: true };
  const rules = { ...defaultRules, quietHours };

  it('hold what begins, and say it when they end', () => {
    const late = problem('db/data');
    expect(
      play(
        [
          [11 * hourMs, [late]],
          [18 * hourMs, [late]],
          [19 * hourMs, [late]],
        ],
        rules,
      ),
    ).toEqual(['19h opened: db/data is late']);
  });

  it('make one summary of what came and went', () => {
    const [a, b] = [problem('a/data'), problem('b/data')];
    expect(
      play(
        [
          [11 * hourMs, [a, b]],
          [12 * hourMs, [b]],
          [13 * hourMs, []],
          [19 * hourMs, []],
        ],
        rules,
      ),
    ).toEqual(['19h summary: 2 problems came and went during the quiet hours']);
  });

  it('say again what had been said to be over', () => {
    const late = problem('db/data');
    // From 21:30 on: over at 21:45, back at 22:15.
    const evening = 9.5 * hourMs;
    const history = [
      [evening, [late]],
      [evening + hourMs / 4, []],
      [evening + (3 * hourMs) / 4, [late]],
      [19 * hourMs, [late]],
    ] as const;
    expect(play(history, rules)).toEqual([
      '9.5h opened: db/data is late',
      '9.75h recovered: Over: db/data is late',
      '19h opened: db/data is late',
    ]);
  });

  it('let a critical problem through unless it is held too', () => {
    const through = { ...rules, quietHours: { ...quietHours, holdsCritical: false } };
    const history = [[11 * hourMs, [problem('a/data'), problem('b/data', { severity: 'warning' })]]] as const;
    expect(play(history, through)).toEqual(['11h opened: a/data is late']);
  });
});

describe('rules', () => {
  it('that silence what is open say no end of it', () => {
    const late = problem('lab/data');
    const look = { problems: [late], isMended: () => true, claims: 1 };
    const first = decideNotices(nothing, { ...look, now: new Date(start) }, defaultRules);
    const severities = [{ namespaces: ['lab'], severity: 'off' as const }];
    const silenced = decideNotices(
      first.memory,
      { ...look, now: new Date(start + hourMs) },
      { ...defaultRules, severities },
    );
    expect([silenced.notices, silenced.memory.entries]).toEqual([[], {}]);
  });

  it('silence a namespace, and make another critical', () => {
    const severities = [
      { namespaces: ['lab'], severity: 'off' as const },
      { policies: ['gold'], severity: 'critical' as const },
    ];
    const problems = [problem('lab/data'), problem('db/data', { severity: 'warning', policy: 'gold' })];
    const { notices } = decideNotices(
      nothing,
      { problems, isMended: () => true, claims: 2, now: new Date(start) },
      { ...defaultRules, severities },
    );
    expect(notices.map(({ title, severity }) => [title, severity])).toEqual([['db/data is late', 'critical']]);
  });

  it('bring a summary once a week, also when all is well', () => {
    // 4 May 2026 is a Monday; Berlin is two hours ahead.
    const weekly = { day: 1, hour: 15, timeZone: 'Europe/Berlin' };
    const hours = Array.from({ length: 8 * 24 }, (_, hour) => [hour * hourMs, []] as const);
    expect(play(hours, { ...defaultRules, weekly })).toEqual([
      '1h weekly: All is well',
      `${1 + 7 * 24}h weekly: All is well`,
    ]);
  });
});

describe('any history', () => {
  const names = ['a/1', 'a/2', 'b/1', 'b/2', 'c/1', 'c/2', 'd/1'];
  const steps = fc.array(
    fc.record({
      minutes: fc.integer({ min: 0, max: 400 }),
      present: fc.subarray(names),
      shared: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  const anyRules = fc.constantFrom<Rules>(
    { ...defaultRules, groupAbove: names.length },
    { ...defaultRules, groupAbove: 2 },
    { ...defaultRules, quietHours: { from: '22:00', to: '07:00', timeZone: 'Asia/Kolkata', holdsCritical: true } },
  );

  it('says nothing twice for one state, and of nothing that it is over before it was said', () => {
    fc.assert(
      fc.property(steps, anyRules, (history, rules) => {
        let memory = nothing;
        let time = start;
        const ids = new Set<string>();
        const open = new Set<string>();
        for (const { minutes, present, shared } of history) {
          time += minutes * minuteMs;
          const problems = present.map((name) => problem(name, shared && name < 'c' ? { cause: 'paused' } : {}));
          const look = { problems, isMended: () => true, claims: 7, now: new Date(time) };
          const decided = decideNotices(memory, look, rules);
          memory = decided.memory;
          for (const notice of decided.notices) {
            expect(ids.has(notice.id)).toBe(false);
            ids.add(notice.id);
            if (notice.kind === 'opened') open.add(notice.thread);
            const isAlone = notice.kind === 'recovered' && notice.title.startsWith('Over: ');
            // A problem that was opened in a summary has no notice of its own before.
            if (isAlone && rules.groupAbove >= names.length) expect(open.has(notice.thread)).toBe(true);
          }
          expect(decideNotices(memory, look, rules).notices).toEqual([]);
        }
      }),
    );
  });
});
