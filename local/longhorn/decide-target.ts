/** When a backup target is read, and what the reading changes. Pure. */
import type { Faults } from './fault-table.ts';

export interface TargetSituation {
  readonly url: string;
  readonly isAvailable: boolean | undefined;
  readonly lastMessage: string;
  readonly lastSyncedAt: string;
  readonly syncRequestedAt: string;
  readonly isUrgent: boolean;
  /** Zero: the target is read only on request. */
  readonly pollIntervalMs: number;
  /** Why the target cannot be reached; undefined: it can. */
  readonly trouble: string | undefined;
  /** Longhorn's check of a lost target has not failed yet, and needs this much longer. */
  readonly lossShowsInMs: number;
  readonly faults: Faults;
}

export type TargetAction =
  | { readonly type: 'nothing'; readonly againMs: number | undefined }
  /** When a target has lost its URL, its objects are deleted too; its data stay. */
  | {
      readonly type: 'makeUnavailable';
      readonly message: string;
      readonly losesObjects: boolean;
      readonly againMs: number | undefined;
    }
  /** The target is reachable again; the next look reads it. */
  | { readonly type: 'makeAvailable'; readonly againMs: number }
  | { readonly type: 'sync'; readonly againMs: number | undefined };

export function decideTarget(target: TargetSituation, now: Date): TargetAction {
  const { faults } = target;
  const pollIntervalMs = target.pollIntervalMs * (faults.slowPoll === true ? 10 : 1);
  const againMs = pollIntervalMs > 0 ? pollIntervalMs : undefined;
  const losesObjects = target.url === '' || faults.targetUrlCleared === true;
  const trouble = losesObjects ? 'backup target URL is empty' : target.trouble;
  if (trouble !== undefined) {
    if (target.isAvailable === true && !losesObjects && target.lossShowsInMs > 0) {
      return { type: 'nothing', againMs: target.lossShowsInMs };
    }
    return target.isAvailable === false && target.lastMessage === trouble
      ? { type: 'nothing', againMs }
      : { type: 'makeUnavailable', message: trouble, losesObjects, againMs };
  }
  if (target.isAvailable !== true) return { type: 'makeAvailable', againMs: 1 };
  if (faults.pollHangs === true) return { type: 'nothing', againMs };
  const syncedMs = Date.parse(target.lastSyncedAt) || 0;
  const dueMs = pollIntervalMs > 0 ? syncedMs + pollIntervalMs : Number.POSITIVE_INFINITY;
  const isRequested = target.isUrgent || (Date.parse(target.syncRequestedAt) || 0) > syncedMs;
  if (syncedMs === 0 || isRequested || now.getTime() >= dueMs) return { type: 'sync', againMs };
  return { type: 'nothing', againMs: againMs === undefined ? undefined : Math.max(1, dueMs - now.getTime()) };
}

export interface KnownBackup {
  readonly name: string;
  /** The backup was completed and read back, or was first found on the target. */
  readonly isFromTarget: boolean;
}

export interface SyncPlan {
  /** Backups on the target without an object. */
  readonly pull: readonly string[];
  /** Objects of backups that the target no longer holds. */
  readonly drop: readonly string[];
}

export function planSync(
  onTarget: readonly string[],
  objects: readonly KnownBackup[],
  heldBack: ReadonlySet<string>,
  faults: Faults = {},
): SyncPlan {
  const listed = faults.catalogueVanished === true ? [] : onTarget;
  const there = new Set(listed);
  const known = new Set(objects.map(({ name }) => name));
  return {
    pull: listed.filter((name) => !known.has(name) && !heldBack.has(name)),
    drop: objects.filter(({ name, isFromTarget }) => isFromTarget && !there.has(name)).map(({ name }) => name),
  };
}
