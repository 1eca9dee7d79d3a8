/** Which PingSources wake this function for the policies that there are: one for each distinct schedule. Pure. */
import { shortHash } from '@soteria/shared/short-hash.ts';
import { tickPrefix } from './tick-prefix.ts';
import { pingScheduleOf } from '../due/ping-schedule.ts';

export interface TimedPolicy {
  readonly id: string;
  /** Undefined: nothing becomes due by the clock. */
  readonly schedule: string | undefined;
  readonly timeZone: string;
  readonly jitterMs: number;
  readonly isSuspended: boolean;
  /** Of restore tests, in the same time zone. */
  readonly verify?: { readonly schedule?: string | undefined } | undefined;
}

export interface WantedPingSource {
  /** A hash of schedule and time zone: another schedule is another object, so none is ever changed. */
  readonly name: string;
  readonly schedule: string;
  readonly timeZone: string;
  /** Of the policies that it wakes for, sorted. */
  readonly policies: readonly string[];
}

export interface PingSourceChanges {
  readonly create: readonly WantedPingSource[];
  /** Names. */
  readonly remove: readonly string[];
}

export function wantedPingSources(policies: readonly TimedPolicy[]): readonly WantedPingSource[] {
  const wanted = new Map<string, WantedPingSource>();
  for (const { id, schedule, timeZone, jitterMs, isSuspended, verify } of policies) {
    if (isSuspended) continue;
    const backups = schedule === undefined ? undefined : pingScheduleOf({ schedule, timeZone, jitterMs });
    for (const text of [backups, verify?.schedule]) {
      // Where cron cannot say it, the sweep finds what is due.
      if (text === undefined) continue;
      const name = `${tickPrefix}${shortHash(`${timeZone} ${text}`, 12)}`;
      const others = wanted.get(name)?.policies ?? [];
      wanted.set(name, { name, schedule: text, timeZone, policies: [...new Set([...others, id])].toSorted() });
    }
  }
  return [...wanted.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** `present`: names of the PingSources of this function that are there and are not being deleted. */
export function decidePingSources(policies: readonly TimedPolicy[], present: readonly string[]): PingSourceChanges {
  const wanted = wantedPingSources(policies);
  const names = new Set(wanted.map(({ name }) => name));
  return {
    create: wanted.filter(({ name }) => !present.includes(name)),
    remove: present.filter((name) => name.startsWith(tickPrefix) && !names.has(name)),
  };
}
