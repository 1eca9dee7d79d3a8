/** Finds the imports that do not fit the table of rooms. Pure. */
import type { Import } from './read-imports.ts';
import type { Room } from './rooms.ts';

/** The room with the longest path that the file is below; undefined: none. */
export function roomOf(path: string, rooms: readonly Room[]): string | undefined {
  const holding = rooms.filter((room) => path.startsWith(`${room.path}/`)).map((room) => room.path);
  return holding.toSorted((a, b) => b.length - a.length)[0];
}

/** Faults of the table itself: a room that is named twice, or that may import a room below it in the list. */
export function findTableFaults(rooms: readonly Room[]): string[] {
  const before = new Set<string>();
  return rooms.flatMap(({ path, may }) => {
    const faults = may
      .filter((other) => !before.has(other))
      .map((other) => `${path} may import ${other}, which stands below it`);
    if (before.has(path)) faults.push(`${path} is there twice`);
    before.add(path);
    return faults;
  });
}

export function findArrowFaults(imports: readonly Import[], rooms: readonly Room[]): string[] {
  const mayOf = new Map(rooms.map(({ path, may }) => [path, may]));
  return imports.flatMap(({ from, to }) => {
    const [room, other] = [roomOf(from, rooms), roomOf(to, rooms)];
    if (room === undefined) return [`${from} is in no room`];
    if (other === undefined) return [`${from} imports ${to}, which is in no room`];
    if (room === other || mayOf.get(room)?.includes(other) === true) return [];
    return [`${from} imports ${to}: ${room} may not import ${other}`];
  });
}

/** Sets of places that import each other; `placeOf` returns undefined for files that do not count. */
export function findCircles(
  imports: readonly Import[],
  placeOf: (path: string) => string | undefined,
): (readonly string[])[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [place, other] = [placeOf(from), placeOf(to)];
    if (place === undefined || other === undefined || place === other) continue;
    next.set(place, (next.get(place) ?? new Set()).add(other));
  }
  const reachable = new Map([...next.keys()].map((place) => [place, reachableFrom(place, next)]));
  const circles = new Map<string, readonly string[]>();
  for (const [place, reached] of reachable) {
    if (!reached.has(place)) continue;
    const circle = [...reached].filter((other) => reachable.get(other)?.has(place) === true).toSorted();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function reachableFrom(start: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(next.get(start) ?? [])];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    waiting.push(...(next.get(place) ?? []));
  }
  return reached;
}

/** `functions/restore/proof`: a folder right below a function. Files beside it compose the function and are left out. */
export function folderInFunction(path: string): string | undefined {
  return /^functions\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];
}

/** Whether a text names a driver. Members of a type with the name of a driver do not count. */
export function namesDriver(source: string): boolean {
  const text = source.replaceAll(/\bPick<[^>]*>|\w\['longhorn'\]/g, '');
  return /(['"])(?:longhorn|restic|kopia)\1/.test(text);
}
