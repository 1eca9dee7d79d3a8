/**
 * Finds the owner of an object by its name alone. Longhorn's layout is longhorn.md 6; restic's and kopia's are their repository formats.
 * An owner is a text `<kind>|<root>[|<name>]`, the part says what the object is to it.
 */

export type OwnerKind = 'volume' | 'longhorn' | 'restic' | 'kopia' | 'prefix' | 'rest';

export interface Owned {
  readonly owner: string;
  readonly part: string;
}

const longhorn = /^(.*?)backupstore\/(?:volumes\/[0-9a-f]{2}\/[0-9a-f]{2}\/([^/]+)\/([^/]+)|([^/]+))/;
const restic = /^(.*?)(?:(data)\/[0-9a-f]{2}|(index|snapshots|keys|locks))\/[0-9a-f]{64}$/;
/** Pack blobs, epoch indexes, logs, sessions and the three files of the format itself. */
const kopia =
  /^(.*?)(?:([pq])[0-9a-f]{32}-s[0-9a-f]+|(x[a-z])\d*_[0-9a-f_]+[^/]*|(_log)_[^/]+|kopia\.(?:repository|blobcfg|maintenance[^/]*))$/;
const kopiaParts: Readonly<Record<string, string>> = { p: 'data', q: 'metadata', _log: 'logs' };

/** A closed list: a writer to the bucket must not choose names in our sums. */
const longhornParts: ReadonlyMap<string, string> = new Map(
  ['backing-images', 'system-backups', 'volumes'].map((name) => [name, name]),
);

/** Longer prefixes share one owner, so that names cannot grow with the bucket. */
const maxNameLength = 200;

export function classifyKey(key: string): Owned {
  if (key.includes('backupstore/')) {
    const found = longhorn.exec(key);
    if (found !== null && isRoot(found[1])) return ofLonghorn(found);
  }
  const inRestic = restic.exec(key);
  if (inRestic !== null && isRoot(inRestic[1])) {
    return { owner: `restic|${inRestic[1] ?? ''}`, part: inRestic[2] ?? inRestic[3] ?? '' };
  }
  const inKopia = kopia.exec(key);
  if (inKopia !== null && isRoot(inKopia[1])) {
    const kind = inKopia[2] ?? (inKopia[3] === undefined ? (inKopia[4] ?? '') : 'x');
    return { owner: `kopia|${inKopia[1] ?? ''}`, part: kind === 'x' ? 'index' : (kopiaParts[kind] ?? 'config') };
  }
  // Becomes the repository's when a repository is found around it.
  const config = /^(.*?)config$/.exec(key);
  if (config !== null && isRoot(config[1])) return { owner: topPrefix(key), part: `config:${config[1] ?? ''}` };
  return { owner: topPrefix(key), part: 'objects' };
}

/** The same for names in the order of a listing: most names have their neighbour's owner, which is then reused. */
export function createClassifier(): (key: string) => Owned {
  let folder: string | undefined;
  let known: Owned = { owner: '', part: '' };
  return (key) => {
    if (folder !== undefined && key.startsWith(folder)) return known;
    known = classifyKey(key);
    const { kind, name } = parseOwner(known.owner);
    const inside = `/${name}/${known.part}/`;
    const at = kind === 'volume' ? key.indexOf(inside) : -1;
    folder = at === -1 ? undefined : key.slice(0, at + inside.length);
    return known;
  };
}

function ofLonghorn([, root = '', volume, below, other]: RegExpExecArray): Owned {
  if (volume === undefined) return { owner: `longhorn|${root}`, part: longhornParts.get(other ?? '') ?? 'other' };
  return { owner: `volume|${root}|${volume}`, part: below === 'blocks' || below === 'backups' ? below : 'records' };
}

function isRoot(text: string | undefined): boolean {
  return text === '' || (text?.endsWith('/') === true && text.length <= maxNameLength);
}

function topPrefix(key: string): string {
  const slash = key.indexOf('/');
  return slash === -1 || slash > maxNameLength ? 'prefix|' : `prefix|${key.slice(0, slash + 1)}`;
}

export interface OwnerName {
  readonly kind: OwnerKind;
  /** The prefix of the owner in the bucket. */
  readonly root: string;
  /** Name of the volume. */
  readonly name: string;
}

export function parseOwner(owner: string): OwnerName {
  const [kind = 'rest', root = '', name = ''] = owner.split('|');
  return { kind: kind as OwnerKind, root, name };
}
