import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
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

  test('is refuted when it is not there, or is no folder', async () => {
    expect(await look(['--mount', `claim=${root}`])).toMatchObject({ outcome: 'verified' });
    root = join(folder, 'missing');
    expect(badOf(await look())).toMatchObject({ name: 'mount', detail: expect.stringContaining('ENOENT') });
    root = join(folder, 'file');
    await writeFile(root, '');
    expect(badOf(await look())).toMatchObject({ name: 'mount', detail: expect.stringContaining('ENOTDIR') });
  });

  test('that holds what mkfs makes and nothing else is empty', async () => {
    root = join(folder, 'empty');
    await mkdir(join(root, 'lost+found'), { recursive: true });
    expect(badOf(await look())).toMatchObject({ name: 'contents' });
    expect(await look(['--may-be-empty'])).toMatchObject({ outcome: 'verified', folders: 0 });
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

  test('has to be recorded to be compared: the record is such a manifest', async () => {
    const baseline = await record({ task: 'record', root, manifestOut: join(folder, 'SUMS') });
    expect(baseline).toEqual({ files: 3, bytes: 17, unread: 0 });
    await writeFile(join(root, 'SUMS'), await readFile(join(folder, 'SUMS')));
    expect(await look(['--manifest', 'SUMS'])).toMatchObject({ outcome: 'verified', sampled: 3, weaker: [] });
  });

  test('may be judged by a command of the user, in its folder and with a deadline', async () => {
    const node = (script: string) => JSON.stringify([process.execPath, '-e', script]);
    const good = await look(['--command', node("require('fs').readFileSync('deep/two')")]);
    expect(good).toMatchObject({ outcome: 'verified', strength: 'application' });
    const bad = await look(['--command', node("console.log('rows missing'); process.exit(3)")]);
    expect(badOf(bad)).toMatchObject({ outcome: 'failed', detail: 'exit code 3: rows missing' });
    const late = await look(['--command', node('setInterval(() => {}, 9e8)'), '--command-timeout', '1']);
    expect(late.outcome).toBe('inconclusive');
    expect(badOf(late)?.detail).toMatch(/not done after 1 s/);
    expect(badOf(await look(['--command', '["no-such-program"]']))?.detail).toMatch(/cannot be started: ENOENT/);
    const environment = await look(['--command', node('process.exit(Object.keys(process.env).length - 3)')]);
    expect(environment.outcome).toBe('verified');
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

  test('is opened in a copy, and the claim stays as it is', async () => {
    const before = await readdir(root);
    expect(await look(['--sqlite', 'app.db', ...scratch()])).toMatchObject({
      outcome: 'verified',
      strength: 'application',
    });
    expect(await readdir(root)).toEqual(before);
    expect(await readdir(join(folder, 'scratch'))).toEqual([]);
  });

  test('is refuted when its pages are damaged, or it is none', async () => {
    const bytes = await readFile(join(root, 'app.db'));
    await writeFile(join(root, 'app.db'), bytes.fill(0xff, 8192, 60_000));
    expect(badOf(await look(['--sqlite', 'app.db', ...scratch()]))).toMatchObject({
      name: 'sqlite app.db',
      outcome: 'failed',
    });
    await writeFile(join(root, 'text.db'), 'no database, but long enough to be looked at'.repeat(100));
    expect(badOf(await look(['--sqlite', 'text.db', ...scratch()]))).toMatchObject({ outcome: 'failed' });
    expect(badOf(await look(['--sqlite', 'none.db', ...scratch()]))?.detail).toMatch(/ENOENT/);
  });

  test('cannot be looked at without a place for the copy', async () => {
    expect(await look(['--sqlite', 'app.db'])).toMatchObject({ outcome: 'inconclusive' });
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

  test('whose manifest names a link or a pipe is refuted: neither is followed nor waited for', async () => {
    await symlink('/etc/hostname', join(root, 'away'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await writeFile(join(root, 'SUMS'), sums({ away: '', pipe: '', '../outside': '', '/etc/hostname': '' }));
    const told = await look(['--manifest', 'SUMS']);
    expect(badOf(told)?.detail).toMatch(/^2 of 2 .*away \(ELOOP\), pipe \(ENOTFILE\)/);
  });

  test('with files of others is verified weakly, and says so', async () => {
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
