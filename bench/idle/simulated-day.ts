/** A day of nightly backups: the wake-ups of each function. Pure. */

export interface Day {
  /** Policies with one claim each, backed up once, ten minutes apart from 01:00 on and again from the first minute when the night is full. */
  readonly policies: number;
  /** How long backups take, in turn. */
  readonly backupSeconds: readonly number[];
  /** Longhorn writes the progress of a running backup this often. */
  readonly progressEverySeconds: number;
}

const hour = 3600;
const slotSeconds = 600;
const nightSlots = 30;
/** The interval of the sweep while an operation is open. */
const busySweepSeconds = 120;
/** The interval of the hourly sweep, and of the sweep that makes the functions look for leftovers. */
const sweepAt = 17 * 60;
const leftoversHour = 3;
/** Every six hours. */
const usageAt = [1, 7, 13, 19].map((at) => at * hour + 43 * 60);

interface Backup {
  readonly start: number;
  readonly end: number;
}

/** Function → seconds of the day. */
export function wakeupsOf(day: Day): Readonly<Record<string, number[]>> {
  const backups = backupsOf(day);
  const sweeps = Array.from({ length: 24 }, (_, index) => index * hour + sweepAt);
  const { busy, last } = busySweepsOf(backups);
  const leftovers = [...last, leftoversHour * hour + sweepAt];
  return {
    // A busy sweep wakes the function of each open operation.
    backup: [...backups.flatMap((one) => wakeupsOfBackup(one, day.progressEverySeconds)), ...busy, ...leftovers],
    'policy-tick': [...sweeps, ...backups.map(({ start }) => start), ...busy, ...last],
    restore: leftovers,
    'b2-usage': usageAt,
  };
}

function backupsOf({ policies, backupSeconds }: Day): Backup[] {
  return Array.from({ length: policies }, (_, index) => {
    const start = hour + (index % nightSlots) * slotSeconds;
    return { start, end: start + 2 + (backupSeconds[index % backupSeconds.length] ?? 0) };
  });
}

/** The request, the snapshot that becomes ready, every progress, the end. */
function wakeupsOfBackup({ start, end }: Backup, progressEverySeconds: number): number[] {
  const ready = start + 2;
  const progress = Math.floor((end - ready) / progressEverySeconds);
  return [start, ready, ...Array.from({ length: progress }, (_, n) => ready + (n + 1) * progressEverySeconds), end];
}

/** The sweeps that find an open operation, and the first sweep that finds none. */
function busySweepsOf(backups: readonly Backup[]): { busy: number[]; last: number[] } {
  const isOpen = (at: number): boolean => backups.some(({ start, end }) => start < at && at <= end);
  const until = Math.max(0, ...backups.map(({ end }) => end)) + busySweepSeconds;
  const instants = Array.from({ length: Math.floor(until / busySweepSeconds) + 1 }, (_, n) => n * busySweepSeconds);
  // An operation that ends before the first sweep is still swept once.
  const isAfterEnd = (at: number): boolean => backups.some(({ end }) => at - busySweepSeconds < end && end < at);
  return { busy: instants.filter(isOpen), last: instants.filter((at) => !isOpen(at) && isAfterEnd(at)) };
}
