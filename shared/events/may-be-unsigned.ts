/** Is an event of a sender without authentication accepted? Decided by the catalogue's rule for its type and by SOTERIA_UNSIGNED_EVENTS. Pure. */
import type { EventDefinition } from '../operation/kinds/kind.ts';

export type UnsignedEvents = 'none' | 'backup' | 'all';

/** The settings under which a rule lets an unsigned event in. */
const acceptedUnder = {
  always: ['none', 'backup', 'all'],
  backup: ['backup', 'all'],
  all: ['all'],
  never: [],
} as const satisfies Record<EventDefinition['unsigned'], readonly UnsignedEvents[]>;

export function mayBeUnsigned(rule: EventDefinition['unsigned'], setting: UnsignedEvents): boolean {
  return acceptedUnder[rule].some((accepted) => accepted === setting);
}
