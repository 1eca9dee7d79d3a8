/** Moves one Operation of this function; the loop is `shared/operation/engine/advance.ts`, the decision `claim/decide-backup.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { AdvanceCall, AnyAction, Beginning, Mover } from '@soteria/shared/operation/engine/advance.ts';
import { advanceByKind, type Movers, toKindMover } from '@soteria/shared/operation/engine/advance-by-kind.ts';
import {
  type EndFollower,
  followEnd,
  moveAndFill,
  type NoteMoved,
  type WakeOther,
} from '@soteria/shared/operation/queue/follow-end.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import type { KnownMemory } from '@soteria/shared/operation/engine/remember-known.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { WaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import type { Situation } from '../../drivers/backup/situation.ts';
import type { BackupWorld, Rules } from '../../drivers/backup/world.ts';
import { decideBackup } from './claim/decide-backup.ts';
import { driverOf } from './claim/driver-of.ts';
import { perform } from './claim/perform.ts';
import type { Tools } from './claim/tools.ts';
import { namespaceMover, type NamespaceTools } from './namespace/advance-namespace.ts';

export interface AdvanceTools extends Tools {
  readonly rules: Rules;
  readonly now: () => Date;
  readonly inTurn: OneAtATime;
  readonly memory: KnownMemory<BackupWorld>;
  readonly line: WaitingLine;
  /** Left out: `decideBackup`. The simulation puts broken ones here, to show that they would be noticed. */
  readonly decide?: (situation: Situation) => AnyAction;
  readonly wakeOther: WakeOther;
}

function moverOf(tools: AdvanceTools): Mover<BackupWorld, AnyAction> {
  const { store, inTurn, memory, rules, now } = tools;
  const driverFor = (operation: Operation) => driverOf(tools.drivers, rules, operation);
  const { decide = (situation) => decideBackup(driverFor(situation.operation), situation) } = tools;
  return {
    functionName: 'backup',
    store,
    now,
    inTurn,
    memory,
    lasting: (known) => driverFor(known.operation).lasting(known),
    nothingSeen: {},
    decide: (known) => decide({ ...known, rules, now: now() }),
    perform: (known, action, { signal }) => perform(tools, driverFor(known.operation), known, action, signal),
  };
}

const namespaceBackups = (
  tools: AdvanceTools,
  call: AdvanceCall,
  noteMoved: NoteMoved,
  { operation, isMade }: Pick<Beginning<BackupWorld>, 'operation' | 'isMade'> = {},
) => toKindMover(namespaceMover(namespaceTools(tools, call, noteMoved)), { operation, isMade });

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export function advanceOperation(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<BackupWorld> = {},
): Promise<Operation | undefined> {
  const follower = followerOf(tools);
  const afterEnd = (ended: Operation) => followEnd(follower, ended, call);
  return moveAndFill(follower, call, (noteMoved) => {
    const movers: Movers = {
      Backup: toKindMover({ ...moverOf(tools), afterEnd }, beginning),
      NamespaceBackup: namespaceBackups(tools, call, noteMoved, beginning),
    };
    return advanceByKind(tools, movers, ref, call, beginning);
  });
}

function followerOf(tools: AdvanceTools): EndFollower {
  const { store, line, slots, wakeOther } = tools;
  const mover = moverOf(tools);
  return {
    functionName: mover.functionName,
    store,
    line,
    slots,
    wakeOther,
    move: (operation, call) => {
      const Backup = toKindMover(mover, { operation });
      const NamespaceBackup = namespaceBackups(tools, call, () => undefined);
      return advanceByKind(tools, { Backup, NamespaceBackup }, operation.metadata, call, { operation });
    },
    moveParent: (ref, call, noteMoved) =>
      advanceByKind(tools, { NamespaceBackup: namespaceBackups(tools, call, noteMoved) }, ref, call),
  };
}

function namespaceTools(tools: AdvanceTools, call: AdvanceCall, noteMoved: NoteMoved): NamespaceTools {
  return {
    ...tools,
    // Nothing follows the end of a child here: its parent is at work, and counts it.
    moveChild: async (child, beginning) => {
      try {
        const movers = { Backup: toKindMover(moverOf(tools), beginning) };
        const moved = await advanceByKind(tools, movers, child, call, beginning);
        if (moved !== undefined) noteMoved(moved);
        return moved;
      } catch (error) {
        call.log.error('child_not_moved', error, { operation: child.name });
        return undefined;
      }
    },
  };
}
