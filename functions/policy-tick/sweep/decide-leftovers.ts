/**
 * Whose leftovers are to be looked for now? An operation that is deleted while it is open leaves objects that may never change
 * again, so that no event tells of them. Pure. Whoever makes something has the busy sweep come first, so the last busy sweep is
 * the first that can find all of it; before it the functions are awake anyway, after it they should sleep.
 */
import { operationKinds } from '@soteria/shared/operation/kinds/kinds.ts';

export interface LeftoverQuestion {
  readonly isBusySweep: boolean;
  readonly openCount: number;
  /** Slots of operations that are gone, or have ended without giving them back. */
  readonly slotsRecovered: number;
  readonly now: Date;
}

/** Once a day all the same, should the events of the busy sweep have been lost. */
const dailyHour = 3;

const makers = [...new Set(Object.values(operationKinds).map(({ function: name }) => name))];

/** While something is open: an upload that stands still wakes nobody, and whoever needed its slot may have taken the entry out. */
const everyMinutes = 10;
/** The busy sweep's own schedule: one of five looks. */
const busySweepMinutes = 2;

/** Names of functions. */
export function decideLeftovers({ isBusySweep, openCount, slotsRecovered, now }: LeftoverQuestion): readonly string[] {
  const isTenth = now.getUTCMinutes() % everyMinutes < busySweepMinutes;
  const isDue = isBusySweep ? openCount === 0 || isTenth : openCount > 0 || now.getUTCHours() === dailyHour;
  return isDue || slotsRecovered > 0 ? makers : [];
}
