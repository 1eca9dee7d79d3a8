/** The table of proofs claims no more than the tests show, and names every suite that runs on a real program. */
import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { repositoryDir } from '../manifests/installation.ts';
import { placeNames, places, promises, suitesAt } from '../../scripts/proved-where.ts';

describe('what has been proved where', () => {
  const cells = promises.flatMap((promise) => placeNames.map((place) => ({ promise, place })));

  it('names test files that are there', () => {
    const globs = cells.flatMap(({ promise, place }) => promise.by[place] ?? []);
    expect(globs.filter((glob) => globSync(glob, { cwd: repositoryDir }).length === 0)).toEqual([]);
  });

  it('names every suite behind Knative’s and Longhorn’s own code', () => {
    const named = new Set(cells.flatMap(({ promise, place }) => suitesAt(repositoryDir, promise, place)));
    const real = globSync(['test/knative/*.test.ts', 'test/longhorn/*.test.ts'], { cwd: repositoryDir });
    expect(real.filter((file) => !named.has(file))).toEqual([]);
    expect(places.knative.means).toContain('0.49.2');
  });
});
