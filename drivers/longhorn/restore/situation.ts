/** What a decision about one restore with Longhorn is made from. */
import type { Situation as SituationOf } from '../../restore/situation.ts';
import type { World } from './world.ts';

export type Situation = SituationOf<World>;
