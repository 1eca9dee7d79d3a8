/** What a decision about one Operation of kind Restore or RestoreTest is made from. */
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { RestoreWorld, Rules } from './world.ts';

export interface Situation<World extends RestoreWorld = RestoreWorld> {
  readonly operation: Operation;
  readonly world: World;
  readonly rules: Rules;
  readonly now: Date;
}
