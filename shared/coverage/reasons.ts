/** Every reason a claim can have for being, or not being, backed up: what it means, and what to do. One table; a code without a row does not compile. */

export type CoverageState = 'due' | 'running' | 'not_due' | 'skipped' | 'unprotected';

interface Reason {
  readonly state: CoverageState;
  /** False: the claim is not protected as things are, and the percentage is below 100. */
  readonly isAccounted: boolean;
  readonly why: string;
  /** Left out: nothing has to be done. */
  readonly fix?: string;
}

export const coverageReasons = {
  // Due
  due: { state: 'due', isAccounted: true, why: 'a backup of it is due and is asked for now' },
  waits_for_turn: { state: 'due', isAccounted: true, why: 'a backup of it is due and waits behind others' },
  // Running
  running: { state: 'running', isAccounted: true, why: 'a backup of it is under way' },
  // Not due
  fresh: { state: 'not_due', isAccounted: true, why: 'it was backed up since the last due time' },
  unchanged: { state: 'not_due', isAccounted: true, why: 'nothing has changed since its newest restore point' },
  first_instant_to_come: { state: 'not_due', isAccounted: true, why: 'it is younger than the last due time' },
  no_schedule: { state: 'not_due', isAccounted: true, why: 'its policy has no schedule and only watches its age' },
  outside_window: { state: 'not_due', isAccounted: true, why: 'the window of its policy is closed' },
  suspended: {
    state: 'not_due',
    isAccounted: true,
    why: 'its policy is suspended',
    fix: 'set suspend to false, or leave it out',
  },
  missed_and_passed: {
    state: 'not_due',
    isAccounted: true,
    why: 'the last due time was missed, and catchUp is none',
    fix: 'set catchUp to once, or ask for a backup now',
  },
  deadline_passed: {
    state: 'not_due',
    isAccounted: true,
    why: 'the backup could not start within startingDeadlineSeconds',
    fix: 'raise startingDeadlineSeconds or concurrency, or ask for a backup now',
  },
  protected_by_others: {
    state: 'not_due',
    isAccounted: true,
    why: 'no policy takes it, but its newest restore point by another maker is fresh',
  },
  // Skipped on purpose
  excluded_by_claim: { state: 'skipped', isAccounted: true, why: 'an annotation of the claim excludes it' },
  excluded_by_namespace: { state: 'skipped', isAccounted: true, why: 'an annotation of its namespace excludes it' },
  excluded_by_policy: { state: 'skipped', isAccounted: true, why: 'its policy excludes it' },
  temporary: { state: 'skipped', isAccounted: true, why: 'a restore or a restore test is making it' },
  // Skipped, though a policy takes it
  last_attempt_failed: {
    state: 'skipped',
    isAccounted: false,
    why: 'the backup of the last due time failed',
    fix: 'read the Operation that failed; the next due time tries again',
  },
  not_recorded: {
    state: 'skipped',
    isAccounted: false,
    why: 'a backup of it is due, and its Operation could not be recorded',
    fix: 'remove what refuses the Operation, such as a quota of the namespace; the next evaluation asks again',
  },
  target_unavailable: {
    state: 'skipped',
    isAccounted: false,
    why: 'the backup target is unavailable',
    fix: 'mend the backup target; what was missed is caught up',
  },
  catalogue_empty: {
    state: 'skipped',
    isAccounted: false,
    why: 'the list of restore points was empty all of a sudden',
    fix: 'check that the backup target shows the right bucket; what was missed is caught up',
  },
  paused: {
    state: 'skipped',
    isAccounted: false,
    why: 'Soteria is paused',
    fix: 'set paused to "false" in the ConfigMap soteria-settings',
  },
  claim_not_bound: {
    state: 'skipped',
    isAccounted: false,
    why: 'the claim is not bound to a volume',
    fix: 'bind the claim, or exclude it with a reason',
  },
  volume_faulted: {
    state: 'skipped',
    isAccounted: false,
    why: 'its volume is faulted',
    fix: 'repair the volume, or restore it from its newest restore point',
  },
  volume_unusable: {
    state: 'skipped',
    isAccounted: false,
    why: 'its volume cannot be backed up as it is',
    fix: 'see the detail',
  },
  // Unprotected
  no_policy: {
    state: 'unprotected',
    isAccounted: false,
    why: 'no policy takes it',
    fix: 'select it in a policy, or exclude it with the annotation soteria.dev/exclude and a reason',
  },
  unknown_policy: {
    state: 'unprotected',
    isAccounted: false,
    why: 'its annotation names a policy that does not exist or is disabled',
    fix: 'correct the annotation soteria.dev/policy, or the policy',
  },
  no_driver: {
    state: 'unprotected',
    isAccounted: false,
    why: 'no driver can take its volume',
    fix: 'move it to a storage class of Longhorn, or exclude it with a reason',
  },
} as const satisfies Readonly<Record<string, Reason>>;

export type CoverageCode = keyof typeof coverageReasons;
export const coverageCodes = Object.keys(coverageReasons) as CoverageCode[];

export function reasonOf(code: CoverageCode): Reason {
  return coverageReasons[code];
}
