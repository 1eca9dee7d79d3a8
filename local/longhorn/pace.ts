/** How fast the local Longhorn moves; all times in milliseconds. */
export interface Pace {
  /** Between two steps of one object: the time a state can be seen. */
  readonly stepMs: number;
  /** One step of attaching or detaching a volume. */
  readonly attachMs: number;
  /** The time between two looks at a waiting backup; Longhorn gives up after the fifth look. */
  readonly waitMs: number;
  /** The time until a failed deletion is retried. */
  readonly deletionRetryMs: number;
  /** How long a lost target still counts as available: Longhorn's own check takes some 23 seconds to fail. */
  readonly targetLossMs: number;
  /** Bytes one backup uploads before it reports progress and lets others run. */
  readonly uploadBytesPerStep: number;
  /** Bytes one restore writes before it reports progress and lets others run. */
  readonly restoreBytesPerStep: number;
}

export const defaultPace: Pace = {
  stepMs: 40,
  attachMs: 40,
  waitMs: 1000,
  deletionRetryMs: 1000,
  targetLossMs: 40,
  uploadBytesPerStep: 16 * 1024 * 1024,
  restoreBytesPerStep: 16 * 1024 * 1024,
};

/** Longhorn's own limit: after this many looks a wait becomes an error (longhorn.md 2.1). */
export const waitsBeforeGivingUp = 5;

/** Longhorn's default of `concurrent-volume-backup-restore-per-node-limit`: further restores wait (longhorn.md 2.1). */
export const restoresPerNode = 5;
