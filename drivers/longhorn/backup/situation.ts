/** What a decision about one backup with Longhorn is made from. */
import type { Situation as SituationOf } from '../../backup/situation.ts';
import type { World } from './world.ts';

export type Situation = SituationOf<World>;
