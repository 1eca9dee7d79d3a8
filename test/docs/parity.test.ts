/** The parity table has one row for every requirement, an allowed status, and names only files that exist. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { referenceDir } from '../servers/reference-dir.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const requirements = join(referenceDir, 'design', 'requirements.md');

const rows = readFileSync(join(repository, 'docs/parity.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| [A-Z]{2}-/.test(line))
  .map((line) =>
    line
      .replaceAll('\\|', '¦')
      .split('|')
      .map((cell) => cell.trim()),
  )
  .map(([, id = '', , where = '', test = '', done = '']) => ({ id, where, test, done }));

/** `shared/a.ts, b.ts (note)` → the paths that start in a folder of this repository. */
function pathsIn(cell: string): string[] {
  return cell
    .replaceAll(/\([^)]*\)/g, '')
    .split(/[,;]/)
    .map((path) => path.trim())
    .filter((path) => path.includes('/'));
}

describe('docs/parity.md', () => {
  it.skipIf(!existsSync(requirements))('has exactly one row for every requirement', () => {
    const text = readFileSync(requirements, 'utf8');
    const ids = new Set([...text.matchAll(/\*\*((?:SA|SB|HL|KK|WC)-\d+[a-z]?x?)\*\*/g)].map(([, id = '']) => id));
    expect(new Set(rows.map(({ id }) => id))).toEqual(ids);
    expect(rows).toHaveLength(ids.size);
  });

  it('marks each requirement as done, partial or not yet, with a reason for partial', () => {
    for (const { id, done } of rows) expect(done, id).toMatch(/^(done( \(.+\))?(: .+)?|partial: .+|not yet(: .+)?)$/);
  });

  it('names only what exists', () => {
    for (const { id, where, test } of rows) {
      for (const path of [...pathsIn(where), ...pathsIn(test)]) {
        expect(globSync(path, { cwd: repository }), `${id}: ${path}`).not.toEqual([]);
      }
    }
  });

  it('shows where and by which test for everything done', () => {
    for (const { id, where, test, done } of rows) {
      if (done.startsWith('done')) expect(where !== '' && test !== '', id).toBe(true);
    }
  });
});
