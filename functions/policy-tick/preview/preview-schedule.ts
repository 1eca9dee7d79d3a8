/** The next runs of a policy, with what the changes of its clock do to them, and what may surprise about it. Pure. */
import type { PolicyPreviewAnswer } from '@soteria/shared/http-contract/policy-answers.ts';
import { localTimeOf, offsetMsOf } from '../clock/local-time.ts';
import { noteDue } from '../due/daylight.ts';

import { nextDueAt, type Schedule } from '../due/instants.ts';
import { pingScheduleOf } from '../due/ping-schedule.ts';
import { opensAt } from '../due/window.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';

type Preview = Omit<PolicyPreviewAnswer, 'paused' | 'matches' | 'retention' | 'feasibility'>;
type Run = Preview['runs'][number];

const runCount = 10;
const minuteMs = 60_000;

export function previewSchedule(policy: ResolvedPolicy, from: Date): Preview {
  const { id, schedule, timeZone, jitterMs } = policy;
  const given = schedule === undefined ? undefined : { schedule, timeZone, jitterMs };
  const runs = given === undefined ? [] : runsOf(given, policy, from);
  const ping = given === undefined ? undefined : pingScheduleOf(given);
  return {
    id,
    from: from.toISOString(),
    schedule: schedule ?? null,
    time_zone: timeZone,
    jitter_seconds: jitterMs / 1000,
    runs,
    ping_source: ping === undefined ? null : { schedule: ping, time_zone: timeZone },
    warnings: warningsOf(policy, runs, ping !== undefined),
  };
}

function runsOf(given: Schedule, { window, timeZone }: ResolvedPolicy, from: Date): Run[] {
  const runs: Run[] = [];
  let at = nextDueAt(given, from);
  while (at !== undefined && runs.length < runCount) {
    const { clock, isAnnounced } = noteDue(given, at);
    const opening = window === undefined ? undefined : opensAt(window, timeZone, at);
    runs.push({
      at: at.toISOString(),
      local: localText(at, timeZone),
      clock: clock ?? null,
      announced: isAnnounced,
      not_before: opening?.toISOString() ?? null,
    });
    at = nextDueAt(given, at);
  }
  return runs;
}

/** `2026-10-25T02:30:00+01:00`. */
export function localText(at: Date, timeZone: string): string {
  const { year, month, day, hour, minute, second } = localTimeOf(at, timeZone);
  const wall = new Date(Date.UTC(year, month - 1, day, hour, minute, second)).toISOString().slice(0, 19);
  const offset = Math.round(offsetMsOf(at, timeZone) / minuteMs);
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  const ahead = Math.abs(offset);
  return `${wall}${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(ahead / 60))}:${twoDigits(ahead % 60)}`;
}

function warningsOf(policy: ResolvedPolicy, runs: readonly Run[], isPinged: boolean): string[] {
  const { isSuspended, schedule, retention, verify, labelSelector, namespaceSelector, claims, rpoMs } = policy;
  const selectsNothing = [labelSelector, namespaceSelector, claims].every((one) => one === undefined);
  const longest = longestGapMs(runs);
  return [
    ...(isSuspended ? ['The policy is suspended: nothing becomes due.'] : []),
    ...(schedule === undefined ? ['The policy has no schedule: nothing becomes due by the clock.'] : []),
    ...(selectsNothing
      ? [
          'The policy selects no claim by itself: only claims and namespaces with the annotation soteria.dev/policy follow it.',
        ]
      : []),
    ...(retention === undefined ? ['The policy has no retention that prunes: every restore point is kept.'] : []),
    ...(verify === undefined ? ['The policy has no verify: no restore test proves its restore points.'] : []),
    ...(rpoMs !== undefined && longest > rpoMs
      ? [
          `The objective of ${hoursText(rpoMs)} cannot be met: up to ${hoursText(longest)} pass between two of the next runs.`,
        ]
      : []),
    ...(schedule !== undefined && !isPinged
      ? ['No PingSource can announce the schedule with its jitter: the hourly sweep starts its runs.']
      : []),
    ...windowWarnings(policy, runs),
  ];
}

function windowWarnings({ startingDeadlineMs }: ResolvedPolicy, runs: readonly Run[]): string[] {
  const held = runs.flatMap(({ at, not_before: opens }) =>
    opens === null ? [] : [Date.parse(opens) - Date.parse(at)],
  );
  if (held.length === 0) return [];
  const lost = held.filter((ms) => startingDeadlineMs !== undefined && ms > startingDeadlineMs).length;
  return [
    `Of the next ${runs.length} runs ${held.length} are outside the window: they wait until it opens.`,
    ...(lost === 0
      ? []
      : [
          `Of the next ${runs.length} runs ${lost} wait longer than startingDeadlineSeconds allows: they are let pass.`,
        ]),
  ];
}

function longestGapMs(runs: readonly Run[]): number {
  const instants = runs.map(({ at }) => Date.parse(at));
  return Math.max(0, ...instants.slice(1).map((at, index) => at - (instants[index] ?? at)));
}

function hoursText(ms: number): string {
  return `${Math.round((ms / 3_600_000) * 10) / 10} h`;
}
