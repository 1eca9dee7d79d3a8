/** How much restore tests have read in the last 24 hours, and whether one more fits. Pure. */
import * as z from 'zod';

/** One test that was allowed to begin. */
export const booking = z.looseObject({
  at: z.iso.datetime(),
  bytes: z.string().regex(/^\d+$/),
});
export type Booking = z.infer<typeof booking>;

/** By the uid of the operation. */
export type Bookings = Readonly<Record<string, Booking>>;

export interface BudgetQuestion {
  readonly bookings: Bookings;
  readonly uid: string;
  readonly bytes: bigint;
  readonly limitBytes: bigint;
  readonly now: Date;
}

export type BudgetDecision =
  | { readonly decision: 'held' }
  | { readonly decision: 'enter'; readonly bookings: Bookings }
  /** `roomAt`: when there is room, if nobody else takes it. */
  | { readonly decision: 'refuse'; readonly waitsFor: string; readonly roomAt: Date };

const dayMs = 86_400_000;
/** The record stays small; nobody runs a test every forty seconds. */
const maxBookings = 2000;

/** What was booked by a clock that is a day ahead was booked by a wrong clock. */
function isOfThisDay({ at }: Booking, now: Date): boolean {
  const age = now.getTime() - Date.parse(at);
  return age < dayMs && age > -dayMs;
}

/** Booking twice is booking once. */
export function decideBudget({ bookings, uid, bytes, limitBytes, now }: BudgetQuestion): BudgetDecision {
  const current = Object.entries(bookings).filter(([, one]) => isOfThisDay(one, now));
  if (current.some(([holder]) => holder === uid)) return { decision: 'held' };
  const oldestFirst = current.map(([, one]) => one).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const used = oldestFirst.reduce((sum, one) => sum + BigInt(one.bytes), 0n);
  let [left, count] = [used, oldestFirst.length];
  const fits = () => left + bytes <= limitBytes && count < maxBookings;
  if (fits()) {
    const added = { at: now.toISOString(), bytes: String(bytes) };
    return { decision: 'enter', bookings: { ...Object.fromEntries(current), [uid]: added } };
  }
  let freeAt = now.getTime();
  for (const one of oldestFirst) {
    if (fits()) break;
    left -= BigInt(one.bytes);
    count -= 1;
    freeAt = Date.parse(one.at) + dayMs;
  }
  const until = new Date(freeAt).toISOString();
  const waitsFor =
    `the budget of restore tests: ${used} of ${limitBytes} bytes in 24 hours are used by ${oldestFirst.length} tests, ` +
    `and this one takes ${bytes}; there is room at ${until}, or when SOTERIA_RESTORE_TEST_MAX_BYTES_PER_DAY is raised`;
  return { decision: 'refuse', waitsFor, roomAt: new Date(freeAt) };
}
