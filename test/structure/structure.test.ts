/** Checks the rooms of the repository and the direction of their imports against the table in `rooms.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findArrowFaults, findCircles, findTableFaults, folderInFunction, namesDriver, roomOf } from './find-faults.ts';
import { type Import, readImports, sourcesIn, specifiersIn } from './read-imports.ts';
import { knots, knowLonghorn, namesOfDrivers, notDrivers, renderRooms, rooms } from './rooms.ts';

const root = join(import.meta.dirname, '../..');
const imports = readImports(root);
const roomOfFile = (path: string): string | undefined => roomOf(path, rooms);

describe('the rooms', () => {
  it('import only what the table allows', () => {
    expect(imports.length).toBeGreaterThan(1_000);
    expect(findArrowFaults(imports, rooms)).toEqual([]);
  });

  it('form no circle', () => {
    expect(findTableFaults(rooms)).toEqual([]);
    expect(findCircles(imports, roomOfFile)).toEqual([]);
  });

  it('of a function form no circle inside it, except the knots that are left', () => {
    expect(findCircles(imports, folderInFunction)).toEqual(knots);
  });

  it('exist, each with files', () => {
    const filled = new Set(sourcesIn(root).map(roomOfFile));
    expect(rooms.filter(({ path }) => !filled.has(path))).toEqual([]);
  });

  it('are the table of docs/architecture.md', () => {
    const squeezed = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{2,}/g, '---');
    expect(squeezed(read('docs/architecture.md'))).toContain(squeezed(renderRooms()));
  });
});

describe('what a function reads of a request', () => {
  it('it reads through the kit, which refuses what no request may hold', () => {
    const readers = sourcesIn(root).filter(
      (path) =>
        path.startsWith('functions/') && /\.req\.(json|text|arrayBuffer|parseBody|formData|queries)\(/.test(read(path)),
    );
    expect(readers).toEqual([]);
  });
});

describe('the drivers', () => {
  it('are used by a function through their table only', () => {
    const direct = imports.filter(
      ({ from, to }) =>
        /^functions\/(backup|restore)\//.test(from) &&
        /^(shared|drivers)\/longhorn\//.test(to) &&
        !knowLonghorn.some((place) => from.startsWith(place)),
    );
    expect(direct).toEqual([]);
  });

  it('have their names in one file', () => {
    const naming = sourcesIn(root).filter(
      (path) => /^(functions|shared|drivers|runner)\//.test(path) && namesDriver(read(path)),
    );
    expect(naming.toSorted()).toEqual([namesOfDrivers, ...notDrivers].toSorted());
  });
});

describe('a planted fault', () => {
  const plant = (from: string, to: string): Import[] => [...imports, { from, to }];

  it.each([
    ['shared/http/exchange.ts', 'shared/kubernetes/client.ts', 'shared/http may not import shared/kubernetes'],
    ['shared/events/publish.ts', 'shared/function/start.ts', 'shared/events may not import shared/function'],
    ['functions/backup/app.ts', 'functions/restore/app.ts', 'functions/backup may not import functions/restore'],
    [
      'functions/backup/app.ts',
      'shared/fakes/kubernetes/memory-cluster.ts',
      'functions/backup may not import shared/fakes',
    ],
    ['elsewhere/a.ts', 'shared/errors.ts', 'elsewhere/a.ts is in no room'],
  ])('that %s imports %s is found', (from, to, fault) => {
    const found = findArrowFaults([{ from, to }], rooms);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(fault);
  });

  it('two rooms that import each other are reported, also through a third room', () => {
    expect(findCircles(plant('shared/kubernetes/client.ts', 'shared/settings/paused.ts'), roomOfFile)).toEqual([
      ['shared/kubernetes', 'shared/settings'],
    ]);
    const far = findCircles(plant('shared/http/exchange.ts', 'shared/identity/caller.ts'), roomOfFile);
    expect(far).toEqual([['shared/http', 'shared/identity', 'shared/kubernetes']]);
  });

  it('a table that points down is reported', () => {
    const turned = [{ path: 'shared/http', holds: '', may: ['shared/events'] }, ...rooms];
    expect(findTableFaults(turned)).toEqual([
      'shared/http may import shared/events, which stands below it',
      'shared/http is there twice',
    ]);
  });

  it.each([
    ["const driver = 'longhorn';", true],
    ['const driver = "restic";', true],
    ["z.enum(['kopia'])", true],
    ["type OrphanTools = Pick<Tools, 'store' | 'longhorn'>;", false],
    ["{ snapshots }: Tools['longhorn'],", false],
    ['const id = `longhorn:${name}`;', false],
  ])('that a file names a driver is found: %s', (source, isFound) => {
    expect(namesDriver(source)).toBe(isFound);
  });

  it('is found in any form of an import', () => {
    const source =
      "import 'a';\nimport type { B } from 'b';\nexport { c } from 'c';\nconst d = await import('d');\nimport {\n  e,\n} from 'e';";
    expect(specifiersIn(source)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
