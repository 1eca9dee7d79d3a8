/**
 * Progress that says nothing new. While Longhorn uploads, every change of its progress is an event, and only whole steps are recorded:
 * the process that has just looked at the Operation need not read it again for the same step of the same backup. After ten
 * seconds it does all the same, for what the backup cannot tell: a cancellation, a deadline.
 */
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { progressStepOf } from '../longhorn/decide-upload.ts';

const rememberMs = 10_000;
const maxBackups = 1_000;

export interface ProgressMemory {
  /** True: its Operation was looked at a moment ago, at this very step. */
  isKnown(backup: Backup): boolean;
  /** To be called once its Operation has been looked at. */
  remember(backup: Backup): void;
}

export function rememberProgress(now: () => Date): ProgressMemory {
  const known = new Map<string, { readonly step: number; readonly until: number }>();
  return {
    isKnown(backup) {
      const last = known.get(backup.uid);
      return (
        last !== undefined &&
        isOnlyMoving(backup) &&
        last.step === progressStepOf(backup) &&
        last.until > now().getTime()
      );
    },
    remember(backup) {
      if (known.size >= maxBackups) known.clear();
      if (isOnlyMoving(backup)) {
        known.set(backup.uid, { step: progressStepOf(backup), until: now().getTime() + rememberMs });
      } else {
        known.delete(backup.uid);
      }
    },
  };
}

function isOnlyMoving({ state, isDeleting, waitMessage, error }: Backup): boolean {
  return state === 'InProgress' && !isDeleting && waitMessage === undefined && error === undefined;
}
