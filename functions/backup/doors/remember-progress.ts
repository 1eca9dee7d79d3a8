/**
 * Events that say nothing new. While Longhorn takes a snapshot or uploads, every change of the object is an event, and only whole
 * steps are recorded: the process that has just looked at the Operation need not read it again for the same step of the same
 * object. After ten seconds it does all the same, for what the object cannot tell: a cancellation, a deadline.
 */
import type { Backup, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import { progressStepOf } from '../longhorn/decide-upload.ts';

const rememberMs = 10_000;
const maxObjects = 1_000;

export interface ProgressMemory {
  /** True: its Operation was looked at a moment ago, at this very step. */
  isKnown(object: Snapshot | Backup): boolean;
  /** To be called once its Operation has been looked at. */
  remember(object: Snapshot | Backup): void;
}

/** How far it has come while nothing is to be done but wait; undefined when there may be. */
function stepOf(object: Snapshot | Backup): string | undefined {
  if (object.isDeleting || object.error !== undefined) return undefined;
  if (!('state' in object)) return object.isReady || object.isMarkedRemoved ? undefined : 'not ready';
  const { state, waitMessage } = object;
  if (waitMessage !== undefined) return undefined;
  return state === '' || state === 'Pending' || state === 'InProgress'
    ? `${state} ${progressStepOf(object)}`
    : undefined;
}

export function rememberProgress(now: () => Date): ProgressMemory {
  const known = new Map<string, { readonly step: string; readonly until: number }>();
  return {
    isKnown(object) {
      const last = known.get(object.uid);
      return last !== undefined && last.step === stepOf(object) && last.until > now().getTime();
    },
    remember(object) {
      const step = stepOf(object);
      if (known.size >= maxObjects) known.clear();
      if (step === undefined) known.delete(object.uid);
      else known.set(object.uid, { step, until: now().getTime() + rememberMs });
    },
  };
}
