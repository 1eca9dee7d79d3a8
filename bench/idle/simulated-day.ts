/** A day of nightly backups: when which function is woken. Pure. */

export interface Day {
  /** One claim each, backed up once, ten minutes apart from 01:00 on and again from the first minute when the night is full. */
  readonly policies: number;
  readonly backupSeconds: number;
  /** Longhorn writes the progress of a running backup this often. */
  readonly progressEverySeconds: number;
}

const hour = 3600;
const slotSeconds = 600;
const nightSlots = 30;

/** Function → seconds of the day. */
export function wakeupsOf({ policies, backupSeconds, progressEverySeconds }: Day): Readonly<Record<string, number[]>> {
  const sweeps = Array.from({ length: 24 }, (_, index) => index * hour + 17 * 60);
  const starts = Array.from({ length: policies }, (_, index) => hour + (index % nightSlots) * slotSeconds);
  const backup = starts.flatMap((start) => {
    const progress = Math.floor(backupSeconds / progressEverySeconds);
    // The request, the snapshot that becomes ready, every progress, the end.
    return [
      start,
      start + 2,
      ...Array.from({ length: progress }, (_, n) => start + 2 + (n + 1) * progressEverySeconds),
      start + 2 + backupSeconds,
    ];
  });
  // While something runs the sweep comes every two minutes, and looks at it through the function that moves it.
  const busy = [...new Set(starts)].flatMap((start) =>
    Array.from({ length: Math.ceil(backupSeconds / 120) }, (_, n) => start + (n + 1) * 120),
  );
  return { backup: [...backup, ...busy], 'policy-tick': [...sweeps, ...starts, ...busy] };
}
