/** A restored volume becomes permanent after its claim and persistent volume. */
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { isOurs } from '../../restore/about-operation.ts';
import { decidePermanent as decideAny } from '../../restore/permanent.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';

export function decidePermanent(situation: Situation): Action {
  const { operation, world } = situation;
  return decideAny<Action>(situation, {
    keep() {
      if (world.volume === undefined) return { do: 'look', at: 'volume' };
      const volume = world.volume.seen;
      const isTemporary = volume?.marks[temporaryLabel] !== undefined && isOurs(operation, volume.marks);
      return volume !== undefined && isTemporary
        ? { do: 'keep-volume', volume: { name: volume.name, uid: volume.uid } }
        : undefined;
    },
    sizeBytes: () => world.volume?.seen?.sizeBytes,
  });
}
