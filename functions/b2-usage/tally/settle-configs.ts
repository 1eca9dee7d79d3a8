/** A restic repository's file `config` has no mark of its own: it belongs to a repository once other files of the repository were found. */
import { addOwner, type OwnerTally, type Tally } from './tally.ts';

const mark = 'config:';

/** A new tally, in which no part is provisional. */
export function settleConfigs(tally: Tally): Tally {
  const owners: Record<string, OwnerTally> = structuredClone(tally.owners);
  for (const [name, owner] of Object.entries(owners)) {
    for (const [part, sum] of Object.entries(owner.parts)) {
      if (!part.startsWith(mark)) continue;
      delete owner.parts[part];
      const repository = owners[`restic|${part.slice(mark.length)}`];
      const isMoved = repository !== undefined;
      const into = repository ?? owner;
      if (isMoved) {
        owner.bytes -= sum.bytes;
        owner.objects -= sum.objects;
      }
      addOwner(into, {
        bytes: isMoved ? sum.bytes : 0,
        objects: isMoved ? sum.objects : 0,
        hiddenBytes: 0,
        hiddenObjects: 0,
        parts: { [isMoved ? 'config' : 'objects']: sum },
      });
    }
    if (owner.objects === 0 && owner.hiddenObjects === 0) delete owners[name];
  }
  return { ...tally, owners };
}
