/** A policy with its defaults and its durations in milliseconds: what every decision works with. Pure. */
import type { Window } from '../due/window.ts';
import type { RetentionRule } from './retention-rule.ts';
import { durationMs } from '@soteria/shared/operation/kinds/duration.ts';
import { bytesOfQuantity } from '@soteria/shared/kubernetes/quantity.ts';
import type { LabelSelector } from '@soteria/shared/policy/label-selectors.ts';
import { type Policy, weekdayNames } from '@soteria/shared/policy/policy-schema.ts';
import { presetSchedule, stableNumber } from '@soteria/shared/policy/presets.ts';

export interface ResolvedVerify {
  readonly everyMs: number;
  readonly schedule?: string;
  readonly budgetBytes?: bigint;
  /** `spec.request.verify` of the restore test; undefined: the mount alone. */
  readonly request: VerifyRequest | undefined;
}

type VerifySettings = NonNullable<Policy['verify']>;
export type VerifyRequest = NonNullable<VerifySettings['files']> &
  Pick<VerifySettings, 'database' | 'databaseFiles' | 'command'>;

export interface ResolvedPolicy {
  readonly id: string;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly labelSelector: LabelSelector | undefined;
  readonly claims: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly driver: Policy['driver'];
  readonly repository: string | undefined;
  /** Five fields; undefined: nothing becomes due by the clock. */
  readonly schedule: string | undefined;
  readonly timeZone: string;
  /** Every due instant is so much later than the schedule says; whole minutes. */
  readonly jitterMs: number;
  readonly catchUp: 'none' | 'once';
  readonly startingDeadlineMs: number | undefined;
  readonly isSuspended: boolean;
  readonly window: Window | undefined;
  /** Undefined: everything is kept. */
  readonly retention: RetentionRule | undefined;
  readonly retainDeletedMs: number | undefined;
  readonly breakerPercent: number;
  readonly rpoMs: number | undefined;
  readonly verify: ResolvedVerify | undefined;
  readonly concurrency: number | undefined;
  /** Each so-manieth backup of a claim is a full one; undefined: none. */
  readonly fullEvery: number | undefined;
  readonly isUnchangedSkipped: boolean;
}

const minuteMs = 60_000;
const defaultBreakerPercent = 50;

export function resolvePolicy(policy: Policy): ResolvedPolicy {
  const { id, preset, schedule, window, retention, verify, mode } = policy;
  return {
    id,
    namespaceSelector: policy.namespaceSelector,
    labelSelector: policy.labelSelector,
    claims: policy.claims,
    exclude: policy.exclude ?? [],
    driver: policy.driver,
    repository: policy.repository,
    schedule: schedule ?? (preset === undefined ? undefined : presetSchedule(preset, id)),
    timeZone: policy.timeZone ?? 'UTC',
    jitterMs: jitterOf(policy),
    catchUp: policy.catchUp ?? 'once',
    startingDeadlineMs:
      policy.startingDeadlineSeconds === undefined ? undefined : policy.startingDeadlineSeconds * 1000,
    isSuspended: policy.suspend ?? false,
    window: window === undefined ? undefined : resolveWindow(window),
    retention: retention === undefined ? undefined : resolveRetention(retention),
    retainDeletedMs: optionalMs(retention?.retainDeleted),
    breakerPercent: retention?.breaker ?? defaultBreakerPercent,
    rpoMs: optionalMs(policy.rpo),
    verify: verify === undefined ? undefined : resolveVerify(verify),
    concurrency: policy.concurrency,
    fullEvery: mode?.startsWith('full every ') === true ? Number(mode.slice('full every '.length)) : undefined,
    isUnchangedSkipped: policy.onUnchanged === 'skip',
  };
}

function optionalMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : durationMs(text);
}

/** A schedule has minutes, so has its jitter. */
function jitterOf({ id, jitter }: Policy): number {
  const minutes = Math.floor((optionalMs(jitter) ?? 0) / minuteMs);
  return stableNumber(`${id} jitter`, minutes + 1) * minuteMs;
}

function minuteOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}

function resolveWindow({ from, to, days }: NonNullable<Policy['window']>): Window {
  return {
    fromMinute: minuteOf(from),
    toMinute: minuteOf(to),
    days: new Set((days ?? weekdayNames).map((day) => weekdayNames.indexOf(day))),
  };
}

function resolveRetention(rule: NonNullable<Policy['retention']>): RetentionRule | undefined {
  const { keepWithin, minAge, retainDeleted: _deleted, breaker: _breaker, ...counts } = rule;
  const resolved = {
    ...counts,
    ...(keepWithin === undefined ? {} : { keepWithinMs: durationMs(keepWithin) }),
    ...(minAge === undefined ? {} : { minAgeMs: durationMs(minAge) }),
  };
  return Object.keys(resolved).length === 0 ? undefined : withoutUndefined(resolved);
}

function resolveVerify({ every, schedule, budget, files, ...rest }: VerifySettings): ResolvedVerify {
  const request = withoutUndefined({ ...files, ...rest });
  return {
    everyMs: durationMs(every),
    ...(schedule === undefined ? {} : { schedule }),
    ...(budget === undefined ? {} : { budgetBytes: bytesOfQuantity(budget) ?? 0n }),
    request: Object.keys(request).length === 0 ? undefined : request,
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
