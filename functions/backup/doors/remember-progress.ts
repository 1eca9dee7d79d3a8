/**
 * Events that say nothing new. While the driver's system works, every change of the object is an event, and only whole
 * steps are recorded: the process that has just looked at the Operation need not read it again for the same step of the same
 * object. After ten seconds it does all the same, for what the object cannot tell: a cancellation, a deadline.
 */
import type { Watched } from '../../../drivers/backup/driver.ts';

const rememberMs = 10_000;
const maxObjects = 1_000;

type Moving = Pick<Watched, 'uid' | 'step'>;

export interface ProgressMemory {
  /** True: its Operation was looked at a moment ago, at this very step. */
  isKnown(object: Moving): boolean;
  /** To be called once its Operation has been looked at. */
  remember(object: Moving): void;
}

export function rememberProgress(now: () => Date): ProgressMemory {
  const known = new Map<string, { readonly step: string; readonly until: number }>();
  return {
    isKnown(object) {
      const last = known.get(object.uid);
      return last !== undefined && last.step === object.step && last.until > now().getTime();
    },
    remember(object) {
      const { step } = object;
      if (known.size >= maxObjects) known.clear();
      if (step === undefined) known.delete(object.uid);
      else known.set(object.uid, { step, until: now().getTime() + rememberMs });
    },
  };
}
