import { createMemoryCluster, type MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from './journal.ts';

const at = { group: '', version: 'v1', plural: 'configmaps', namespace: 'default' };

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'soteria-journal-'));
  file = join(dir, 'data', 'store.json');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const quiet = () => {};

function namesIn(cluster: MemoryCluster): string[] {
  return cluster.api.list(at).items.map(({ metadata }) => metadata.name);
}

/** Leaves the files as a killed process does: nothing is closed, and the lock's owner is gone. */
function writeAndDie(write: (cluster: MemoryCluster) => void): MemoryCluster {
  const cluster = createMemoryCluster();
  openJournal(cluster, file, quiet);
  write(cluster);
  rmSync(`${file}.lock`);
  return cluster;
}

function reopen(): MemoryCluster {
  const cluster = createMemoryCluster();
  openJournal(cluster, file, quiet).close();
  return cluster;
}

describe('a journal', () => {
  it('brings back every write of a process that was killed', () => {
    const before = writeAndDie(({ api }) => {
      for (const name of ['a', 'b', 'c']) api.create(at, { metadata: { name }, data: { big: 9_007_199_254_740_993n } });
      api.delete({ ...at, name: 'b' });
    });
    const after = reopen();
    expect(after.snapshot()).toEqual(before.snapshot());
    expect(namesIn(after)).toEqual(['a', 'c']);
  });

  it('continues counting revisions after a restart', () => {
    const before = writeAndDie(({ api }) => void api.create(at, { metadata: { name: 'a' } }));
    const made = reopen().api.create(at, { metadata: { name: 'b' } });
    expect(Number(made.metadata.resourceVersion)).toBeGreaterThan(before.revision);
  });

  it('brings back what was closed in order, with an empty journal beside it', () => {
    const cluster = createMemoryCluster();
    const journal = openJournal(cluster, file, quiet);
    cluster.api.create(at, { metadata: { name: 'a' } });
    journal.close();
    expect(statSync(`${file}.journal`).size).toBe(0);
    expect(existsSync(`${file}.lock`)).toBe(false);
    expect(namesIn(reopen())).toEqual(['a']);
  });

  it('ignores a line that was not written to its end', () => {
    writeAndDie(({ api }) => void api.create(at, { metadata: { name: 'a' } }));
    appendFileSync(`${file}.journal`, '{"revision":99,"group":"","plu');
    expect(namesIn(reopen())).toEqual(['a']);
  });

  it('does not repeat what the data file already holds', () => {
    const cluster = writeAndDie(({ api }) => {
      api.create(at, { metadata: { name: 'a' } });
      api.create(at, { metadata: { name: 'b' } });
      api.delete({ ...at, name: 'a' });
    });
    const [first, second] = readFileSync(`${file}.journal`, 'utf8').split('\n');
    openJournal(createMemoryCluster(), file, quiet).close();
    writeFileSync(`${file}.journal`, `${first}\n${second}\n`);
    const after = reopen();
    expect(after.revision).toBe(cluster.revision);
    expect(namesIn(after)).toEqual(['b']);
  });

  it.each([
    ['journal', '.journal', 'nonsense\n'],
    ['data file', '', '{"format":2}'],
  ])('refuses a %s it cannot read, and names it', (_what, suffix, content) => {
    writeAndDie(({ api }) => void api.create(at, { metadata: { name: 'a' } }));
    writeFileSync(`${file}${suffix}`, content);
    expect(reopen).toThrow(`${file}${suffix}`);
  });

  it('refuses a second process, and takes over from a dead one', () => {
    writeAndDie(() => {});
    writeFileSync(`${file}.lock`, `${process.ppid}\n`);
    expect(reopen).toThrow(`the process ${process.ppid}`);
    writeFileSync(`${file}.lock`, '4194305\n');
    expect(reopen).not.toThrow();
  });

  it('can be read by its owner only, because it holds Secrets', () => {
    writeAndDie(() => {});
    expect([file, `${file}.journal`].map((path) => statSync(path).mode % 0o1000)).toEqual([0o600, 0o600]);
  });
});
