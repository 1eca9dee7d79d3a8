/** What a decision about one Operation of kind Backup is made from. */
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { BackupWorld, Rules } from './world.ts';

export interface Situation<World extends BackupWorld = BackupWorld> {
  readonly operation: Operation;
  readonly world: World;
  readonly rules: Rules;
  readonly now: Date;
}
