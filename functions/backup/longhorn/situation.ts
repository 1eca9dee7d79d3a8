/** What a decision about one Operation of kind Backup is made from. */
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Rules, World } from './world.ts';

export interface Situation {
  readonly operation: Operation;
  readonly world: World;
  readonly rules: Rules;
  readonly now: Date;
}
