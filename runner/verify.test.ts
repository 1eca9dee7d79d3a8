import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@soteria/shared/verification/verdict.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type VerifyOptions, readOptions } from './options.ts';
import { record } from './record.ts';
import { verify } from './verify.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-'));
  await chmod(folder, 0o755);
  root = join(folder, 'claim');
  await mkdir(join(root, 'deep/er'), { recursive: true });
  await mkdir(join(folder, 'scratch'));
  await writeFile(join(root, 'one'), 'first');
  await writeFile(join(root, 'deep/two'), 'second');
  await writeFile(join(root, 'deep/er/three'), 'third!');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function look(argv: readonly string[] = []): Promise<Verdict> {
  const options = readOptions(['verify', '--mount', `claim=${root}`, ...argv]);
  const tools = { nowMs: () => performance.now(), onProgress: () => undefined };
  return verify(options as VerifyOptions, tools);
}

const badOf = ({ checks }: Verdict) => checks.find((check) => check.outcome !== 'passed');
const sums = (files: Readonly<Record<string, string>>) =>
  Object.entries(files)
    .map(([path, text]) => `${createHash('sha256').update(text).digest('hex')}  ${path}\n`)
    .join('');

describe('a claim', () => {
  test('is counted', async () => {
    expect(await look()).toMatchObject({ outcome: 'verified', files: 3, folders: 2, bytes: 17, sampled: 0 });
  });

  test('is refuted when it does not exist, or is not a folder', async () => {
    expect(await look(['--mount', `claim=${root}`])).toMatchObject({ outcome: 'verified' });
    root = join(folder, 'missing');
    expect(badOf(await look())).toMatchObject({ name: 'mount', detail: expect.stringContaining('ENOENT') });
    root = join(folder, 'file');
    await writeFile(root, '');
    expect(badOf(await look())).toMatchObject({ name: 'mount', detail: expect.stringContaining('ENOTDIR') });
  });

  test('that holds only the entries that mkfs makes is empty', async () => {
    root = join(folder, 'empty');
    await mkdir(join(root, 'lost+found'), { recursive: true });
    expect(badOf(await look())).toMatchObject({ name: 'contents', outcome: 'impossible' });
    expect(await look(['--may-be-empty'])).toMatchObject({ outcome: 'verified', folders: 0 });
    expect(await look(['--max-drop', '100'])).toMatchObject({ outcome: 'verified', folders: 0 });
  });

  test('gives the same digest for the same bytes and seed, and another for other bytes', async () => {
    const first = await look(['--sample', '2', '--seed', 'a']);
    expect(first).toMatchObject({ sampled: 2, outcome: 'verified' });
    expect((await look(['--sample', '2', '--seed', 'a'])).sampleDigest).toBe(first.sampleDigest);
    const whole = await look(['--sample', '9']);
    expect(whole.sampled).toBe(3);
    await writeFile(join(root, 'one'), 'First');
    expect((await look(['--sample', '9'])).sampleDigest).not.toBe(whole.sampleDigest);
  });

  test('is compared with a manifest of sha256sum: all of it, or a sample', async () => {
    await writeFile(join(root, 'SUMS'), sums({ one: 'first', './deep/two': 'second' }));
    expect(await look(['--manifest', 'SUMS'])).toMatchObject({
      outcome: 'verified',
      sampled: 2,
      strength: 'checksums',
    });
    expect(await look(['--manifest', 'SUMS', '--sample', '1'])).toMatchObject({ outcome: 'verified', sampled: 1 });
    await writeFile(join(root, 'deep/two'), 'secon!');
    expect(badOf(await look(['--manifest', 'SUMS']))?.detail).toMatch(/1 of .*deep\/two \(EDIFFERS\)/);
    await rm(join(root, 'deep/two'));
    expect(badOf(await look(['--manifest', 'SUMS']))?.detail).toMatch(/deep\/two \(ENOENT\)/);
  });

  test.each([[[]], [['--sample', '1']]])(
    'is not proved by a manifest with a hole in it, all of it or a sample: %j',
    async (argv) => {
      const text = sums({ one: 'first', 'deep/two': 'second' });
      await writeFile(join(root, 'SUMS'), `# made by hand\n\n${text}`);
      expect((await look(['--manifest', 'SUMS', ...argv])).outcome).toBe('verified');
      for (const hole of ['\0'.repeat(100_000), `${'0'.repeat(63)}  one\n`, `${'0'.repeat(64)}  on\0\n`]) {
        await writeFile(join(root, 'SUMS'), `${text}${hole}`);
        expect(badOf(await look(['--manifest', 'SUMS', ...argv]))).toMatchObject({ outcome: 'impossible' });
      }
    },
  );

  test('is compared with the lines that sha256sum writes for strange names, and with digits in capitals', async () => {
    const names = ['back\\slash', 'two\nlines', 'return\r', 'one\u2028line', '-b', ' ä'];
    for (const name of names) await writeFile(join(root, name), name);
    const text = execFileSync('sha256sum', ['--', ...names], { cwd: root, encoding: 'utf8' });
    expect(text).toMatch(/^\\/m);
    for (const written of [text, text.replaceAll(/[0-9a-f]{64}/g, (digits) => digits.toUpperCase())]) {
      await writeFile(join(root, 'SUMS'), written);
      expect(await look(['--manifest', 'SUMS'])).toMatchObject({ outcome: 'verified', sampled: names.length });
    }
  });

  test('can be compared with its record, which is such a manifest', async () => {
    const baseline = await record({ task: 'record', root, manifestOut: join(folder, 'SUMS') });
    expect(baseline).toEqual({ files: 3, bytes: 17, unread: 0 });
    await writeFile(join(root, 'SUMS'), await readFile(join(folder, 'SUMS')));
    expect(await look(['--manifest', 'SUMS'])).toMatchObject({ outcome: 'verified', sampled: 3, weaker: [] });
  });
});

describe('a claim that keeps a record of its own', () => {
  const recorded = '.soteria/SHA256SUMS';
  const long = (minutes: number) => new Date(Date.now() - minutes * 60_000);

  beforeEach(async () => {
    await mkdir(join(root, '.soteria'));
    await writeFile(join(root, recorded), sums({ one: 'first', 'deep/two': 'second', 'deep/er/three': 'third!' }));
    for (const path of ['one', 'deep/two', 'deep/er/three', 'deep/er', 'deep', '']) {
      await utimes(join(root, path), long(60), long(60));
    }
    await utimes(join(root, recorded), long(30), long(30));
  });

  test('is compared with it, although the request names no manifest', async () => {
    expect(await look()).toMatchObject({ outcome: 'verified', strength: 'checksums', sampled: 3, weaker: [] });
  });

  test('is refuted when bytes have changed without a write, or when a file is missing without a deletion', async () => {
    await writeFile(join(root, 'one'), 'FIRST');
    await utimes(join(root, 'one'), long(60), long(60));
    expect(badOf(await look())?.detail).toMatch(/^1 of 3 .*one \(EDIFFERS\)/);
    await rm(join(root, 'deep'), { recursive: true });
    await utimes(root, long(60), long(60));
    expect(badOf(await look())?.detail).toMatch(/^3 of 3 /);
  });

  test('may list its own record, as a manifest of all files does', async () => {
    const empty = sums({ [recorded]: '' });
    await writeFile(join(root, recorded), (await readFile(join(root, recorded), 'utf8')) + empty);
    await utimes(join(root, recorded), long(30), long(30));
    expect(await look()).toMatchObject({ outcome: 'verified', strength: 'checksums', sampled: 3 });
    expect(await look(['--manifest', recorded])).toMatchObject({ outcome: 'verified', sampled: 3 });
  });

  test('is refuted without it only where an earlier proof of the point has read it', async () => {
    await rm(join(root, '.soteria'), { recursive: true });
    expect(await look()).toMatchObject({ outcome: 'verified', strength: 'mounts' });
    const lost = await look(['--was-read', recorded]);
    expect(badOf(lost)).toMatchObject({ name: 'checksums', outcome: 'failed' });
  });

  test('may have changed since it was written', async () => {
    await writeFile(join(root, 'one'), 'another');
    await rm(join(root, 'deep/er'), { recursive: true });
    expect(await look()).toMatchObject({
      outcome: 'verified',
      strength: 'checksums',
      sampled: 1,
      weaker: ['partly_recorded'],
    });
  });

  test('is compared line by line with the manifest of the request, whatever has changed', async () => {
    await writeFile(join(root, 'one'), 'another');
    expect(badOf(await look(['--manifest', recorded]))?.detail).toMatch(/^1 of 3 .*one \(EDIFFERS\)/);
  });
});

describe('a database', () => {
  const scratch = () => ['--scratch', join(folder, 'scratch')];

  beforeEach(() => {
    const database = new DatabaseSync(join(root, 'app.db'));
    database.exec('PRAGMA journal_mode=WAL; CREATE TABLE notes(text); CREATE INDEX by_text ON notes(text);');
    const insert = database.prepare('INSERT INTO notes VALUES (?)');
    for (let row = 0; row < 2000; row += 1) insert.run(`note ${row} ${'x'.repeat(50)}`);
    database.close();
  });

  /** The state after a power failure: written to the log, not yet to the database. */
  async function leaveLog(rows: number): Promise<void> {
    const database = new DatabaseSync(join(root, 'app.db'));
    database.exec('PRAGMA wal_autocheckpoint=0');
    const insert = database.prepare('INSERT INTO notes VALUES (?)');
    for (let row = 0; row < rows; row += 1) insert.run(`late note ${row}`);
    const log = await readFile(join(root, 'app.db-wal'));
    const bytes = await readFile(join(root, 'app.db'));
    database.close();
    await writeFile(join(root, 'app.db'), bytes);
    await writeFile(join(root, 'app.db-wal'), log);
  }

  test('that was closed is read in its place, and the claim stays as it is', async () => {
    const before = await readdir(root);
    expect(await look(['--sqlite', 'app.db'])).toMatchObject({ outcome: 'verified', strength: 'application' });
    expect(await readdir(root)).toEqual(before);
  });

  test('recovers from its log in a copy, and the claim stays as it is', async () => {
    await leaveLog(50);
    const before = await Promise.all(
      (await readdir(root)).map(async (name) => [name, (await stat(join(root, name))).size]),
    );
    expect(await look(['--sqlite', 'app.db', ...scratch()])).toMatchObject({
      outcome: 'verified',
      strength: 'application',
    });
    const after = await Promise.all(
      (await readdir(root)).map(async (name) => [name, (await stat(join(root, name))).size]),
    );
    expect(after).toEqual(before);
    expect(await readdir(join(folder, 'scratch'))).toEqual([]);
  });

  test('is found by its content, whatever its name', async () => {
    await rename(join(root, 'app.db'), join(root, 'deep/settings'));
    await writeFile(join(root, 'not.db'), 'x'.repeat(1024));
    const told = await look(['--find-sqlite']);
    expect(told).toMatchObject({ outcome: 'verified', strength: 'application' });
    expect(told.checks).toEqual(
      expect.arrayContaining([
        { name: 'sqlite', outcome: 'passed', detail: '1 of 1 databases were looked into' },
        { name: 'sqlite deep/settings', outcome: 'passed', detail: 'integrity_check: ok' },
      ]),
    );
    await rm(join(root, 'deep/settings'));
    expect(badOf(await look(['--find-sqlite']))).toMatchObject({ name: 'sqlite', outcome: 'impossible' });
    const lost = await look(['--find-sqlite', '--had-databases']);
    expect(badOf(lost)).toMatchObject({ name: 'sqlite', outcome: 'failed' });
  });

  test('is refuted when its pages are damaged', async () => {
    const bytes = await readFile(join(root, 'app.db'));
    await writeFile(join(root, 'app.db'), bytes.fill(0xff, 8192, 60_000));
    expect(badOf(await look(['--sqlite', 'app.db', ...scratch()]))).toMatchObject({
      name: 'sqlite app.db',
      outcome: 'failed',
    });
    await writeFile(join(root, 'app.db'), Buffer.concat([bytes.subarray(0, 16), Buffer.alloc(4096, 0xff)]));
    expect(badOf(await look(['--sqlite', 'app.db', ...scratch()]))).toMatchObject({ outcome: 'failed' });
  });

  test('that the request names and that is missing or not a database says nothing about the point unless a proof has opened it before', async () => {
    await writeFile(join(root, 'text.db'), 'no database, but long enough to be looked at'.repeat(100));
    await writeFile(join(root, 'empty.db'), '');
    await symlink('app.db', join(root, 'link.db'));
    await symlink('deep', join(root, 'through'));
    await rename(join(root, 'app.db'), join(root, 'deep/app.db'));
    for (const path of ['text.db', 'empty.db', 'none.db', 'deep', 'link.db', 'through/app.db']) {
      const argv = ['--sqlite', path, ...scratch()];
      expect(await look(argv), path).toMatchObject({ outcome: 'inconclusive' });
      expect(badOf(await look(argv)), path).toMatchObject({ name: `sqlite ${path}`, outcome: 'impossible' });
      const lost = badOf(await look([...argv, '--was-read', path]));
      expect(lost, path).toMatchObject({
        outcome: 'failed',
        detail: expect.stringMatching(/an earlier proof of this point has opened it$/),
      });
    }
  });

  test('that must recover cannot be checked without room for its copy', async () => {
    await leaveLog(50);
    expect(badOf(await look(['--sqlite', 'app.db']))?.detail).toMatch(/no scratch folder/);
    const small = await look(['--sqlite', 'app.db', ...scratch(), '--scratch-bytes', '4096']);
    expect(small.outcome).toBe('inconclusive');
    expect(badOf(small)?.detail).toMatch(/its copy would take \d+ bytes, the scratch folder has 4096/);
  });
});

describe('a hostile claim', () => {
  test('with loops of links, pipes and sockets is counted, and nothing waits', async () => {
    await symlink('.', join(root, 'loop'));
    await symlink('../..', join(root, 'deep/up'));
    await symlink('/etc/passwd', join(root, 'away'));
    await symlink('nowhere', join(root, 'dangling'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    try {
      expect(await look(['--sample', '99'])).toMatchObject({ outcome: 'verified', files: 3, folders: 2, sampled: 3 });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('whose manifest names a file that is now a pipe is refuted, and nothing waits for the pipe', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await writeFile(join(root, 'SUMS'), sums({ one: 'first', pipe: '', '../outside': '', '/etc/hostname': '' }));
    const told = await look(['--manifest', 'SUMS']);
    expect(badOf(told)?.detail).toMatch(/^1 of 2 .*pipe \(ENOTFILE\)/);
  });

  test('whose manifest names links is neither proved nor refuted: no link is followed, not even inside the claim', async () => {
    await symlink('/etc', join(root, 'away'));
    await symlink('deep', join(root, 'inside'));
    await symlink('one', join(root, 'beside'));
    for (const path of ['away/hostname', 'inside/two', 'beside']) {
      await writeFile(join(root, 'SUMS'), sums({ one: 'first', [path]: 'second' }));
      const told = await look(['--manifest', 'SUMS']);
      expect(badOf(told), path).toMatchObject({ outcome: 'impossible', detail: expect.stringContaining('1 names') });
    }
  });

  test.each(['SUMS', '.soteria/SHA256SUMS'])(
    'whose manifest %s is a link, a device, a pipe or a folder is neither proved nor refuted, and nothing outside is read',
    async (path) => {
      const outside = join(folder, 'outside');
      await writeFile(outside, sums({ one: 'another' }));
      await mkdir(join(root, '.soteria'));
      const argv = path === 'SUMS' ? ['--manifest', path] : [];
      const place = join(root, path);
      await writeFile(join(root, 'sums'), sums({ one: 'first' }));
      const inside = path === 'SUMS' ? 'sums' : '../sums';
      for (const target of [outside, '/dev/zero', '/dev/full', inside]) {
        await symlink(target, place);
        expect(badOf(await look(argv)), target).toMatchObject({ name: 'checksums', outcome: 'impossible' });
        await rm(place);
      }
      execFileSync('mkfifo', [place]);
      expect(badOf(await look(argv))).toMatchObject({ name: 'checksums', outcome: 'impossible' });
      await rm(place);
      await mkdir(place);
      expect(badOf(await look(argv))).toMatchObject({ name: 'checksums', outcome: 'impossible' });
      await rm(place, { recursive: true });
      await writeFile(place, '');
      await truncate(place, 2 ** 30 + 1);
      const large = badOf(await look(argv));
      expect(large).toMatchObject({ outcome: 'impossible', detail: expect.stringContaining('larger than 1 GiB') });
    },
  );

  test('whose own record lies in a folder that leads out of the claim is not proved by the files outside', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'SHA256SUMS'), sums({ one: 'first' }));
    await symlink(outside, join(root, '.soteria'));
    expect(badOf(await look())).toMatchObject({ name: 'checksums', outcome: 'impossible' });
  });

  test('with files of other owners is verified weakly, and the verdict says so', async () => {
    await writeFile(join(root, 'secret'), 'x', { mode: 0o000 });
    await mkdir(join(root, 'closed'), { mode: 0o000 });
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      const told = await look(['--sample', '99']);
      expect(told).toMatchObject({ outcome: 'verified', files: 4, sampled: 3 });
      expect(told.weaker).toContain('not_all_permitted');
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(join(root, 'closed'), 0o755);
    }
  });
});
