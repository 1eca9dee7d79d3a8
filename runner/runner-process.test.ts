/** The runner as a Job starts it: what it prints, what it leaves as the termination message, how it exits. */
import { execFile } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxVerdictBytes, parseVerdict } from '@soteria/shared/verification/verdict.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
let folder: string;
let root: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runner-process-'));
  root = join(folder, 'claim');
  mkdirSync(root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number | undefined;
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly message: string;
}

function run(args: readonly string[], nodeOptions: readonly string[] = []): Promise<Ended> {
  const messageFile = join(folder, 'termination-message');
  writeFileSync(messageFile, '');
  return new Promise((resolve) => {
    const env = { ...process.env, SOTERIA_TERMINATION_MESSAGE_PATH: messageFile };
    const child = execFile(process.execPath, [...nodeOptions, main, ...args], { env }, (_error, stdout, stderr) =>
      resolve({
        exitCode: child.exitCode ?? undefined,
        lines: stdout.split('\n').filter((line) => line !== ''),
        stderr,
        message: readFileSync(messageFile, 'utf8'),
      }),
    );
  });
}

describe('the runner', () => {
  test('ends with 0 and a verdict when all is well', async () => {
    writeFileSync(join(root, 'file'), 'content');
    const { exitCode, lines, message } = await run(['verify', '--mount', `claim=${root}`, '--expect-files', '1']);
    expect(exitCode).toBe(0);
    expect(parseVerdict(message)).toMatchObject({ outcome: 'verified', files: 1, bytes: 7 });
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'verification_started',
      'verification_ended',
    ]);
  });

  test('ends with 1 and a verdict when a check has failed', async () => {
    const { exitCode, message } = await run(['verify', '--mount', `claim=${root}`, '--min-files', '1']);
    expect(exitCode).toBe(1);
    expect(parseVerdict(message)).toMatchObject({ outcome: 'refuted' });
  });

  test('ends with 1 and no verdict when its arguments are wrong', async () => {
    const { exitCode, message, stderr } = await run(['verify']);
    expect(exitCode).toBe(1);
    expect(message).toBe('');
    expect(stderr).toMatch(/the runner cannot start: --mount claim=PATH must be given/);
  });

  test('records a baseline', async () => {
    writeFileSync(join(root, 'file'), 'content');
    const sums = join(folder, 'sums');
    const { exitCode, message } = await run(['record', '--mount', `claim=${root}`, '--manifest-out', sums]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(message)).toEqual({ files: 1, bytes: 7, unread: 0 });
    expect(readFileSync(sums, 'utf8')).toMatch(/^[0-9a-f]{64} {2}file\n$/);
  });

  test('counts a hundred thousand small files in 24 MiB, and reports its progress', async () => {
    // The names alone would fill the heap if they were kept. Links to a file are quick to make; a file can have 65 000 at most.
    for (let group = 0; group < 4; group += 1) {
      mkdirSync(join(root, String(group)));
      const first = join(root, String(group), 'first');
      writeFileSync(first, 'x');
      for (let at = 1; at < 25_000; at += 1) linkSync(first, join(root, String(group), `${at}-${'n'.repeat(200)}`));
    }
    const args = ['verify', '--mount', `claim=${root}`, '--expect-files', '100000', '--sample', '200'];
    const { exitCode, message, stderr } = await run(args, ['--max-old-space-size=24']);
    expect(stderr).not.toMatch(/heap/);
    expect(parseVerdict(message)).toMatchObject({ outcome: 'verified', files: 100_000, bytes: 100_000, sampled: 200 });
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maxVerdictBytes);
    expect(exitCode).toBe(0);
  }, 60_000);
});
