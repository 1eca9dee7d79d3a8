import { describe, expect, test } from 'vitest';
import { readOptions } from './options.ts';

const words = (text: string) => text.split(' ');
const mount = ['--mount', 'claim=/claim'];

describe('the command line', () => {
  test('of a verification names the checks and their inputs', () => {
    expect(
      readOptions([
        'verify',
        ...mount,
        ...words('--expect-files 3 --expect-bytes 17 --sample 5 --seed uid --manifest SHA256SUMS'),
        ...words('--sqlite a/one.db --sqlite=-two.db --find-sqlite --scratch scratch=/scratch/ --scratch-bytes 4096'),
        ...words('--baseline-files 9 --baseline-bytes 99 --max-drop 20 --was-read SHA256SUMS --had-databases'),
      ]),
    ).toEqual({
      task: 'verify',
      root: '/claim',
      expectFiles: 3,
      expectBytes: 17,
      baselineFiles: 9,
      baselineBytes: 99,
      maxDropPercent: 20,
      minFiles: 0,
      minBytes: 0,
      sample: 5,
      seed: 'uid',
      manifest: 'SHA256SUMS',
      sqlite: ['a/one.db', '-two.db'],
      findSqlite: true,
      wasRead: ['SHA256SUMS'],
      hadDatabases: true,
      mayBeEmpty: false,
      scratch: { folder: '/scratch/', sizeBytes: 4096 },
    });
  });

  test('of a verification needs the mount only', () => {
    expect(readOptions(['verify', ...mount])).toMatchObject({
      sample: 0,
      maxDropPercent: undefined,
      expectFiles: undefined,
    });
  });

  test('of a record takes a place for the manifest', () => {
    expect(readOptions(['record', ...mount, '--manifest-out', '/out/sums'])).toEqual({
      task: 'record',
      root: '/claim',
      manifestOut: '/out/sums',
    });
  });

  test.each(['write', 'compare'] as const)('of %s takes a seed and how many bytes', (task) => {
    const argv = [task, ...mount, '--seed', 'uid', '--bytes', '1024'];
    expect(readOptions(argv)).toEqual({ task, root: '/claim', seed: 'uid', bytes: 1024 });
  });

  test.each([
    { what: 'no task', argv: mount },
    { what: 'two tasks', argv: ['verify', 'write', ...mount] },
    { what: 'known bytes without a seed', argv: ['write', ...mount, '--bytes', '10'] },
    { what: 'no known bytes', argv: ['write', ...mount, '--seed', 'x', '--bytes', '0'] },
    { what: 'too many known bytes', argv: ['compare', ...mount, '--seed', 'x', '--bytes', '1073741825'] },
    { what: 'an unknown task', argv: ['format', ...mount] },
    { what: 'no mount', argv: ['verify'] },
    { what: 'a mount of another name', argv: ['verify', '--mount', 'else=/claim'] },
    { what: 'a mount that is no absolute path', argv: ['verify', '--mount', 'claim=claim'] },
    { what: 'a manifest outside the claim', argv: ['verify', ...mount, '--manifest', '../x'] },
    { what: 'a database outside the claim', argv: ['verify', ...mount, '--sqlite', '/etc/x.db'] },
    { what: 'a count in words', argv: ['verify', ...mount, '--sample', 'many'] },
    { what: 'a negative count', argv: ['verify', ...mount, '--min-files=-1'] },
    { what: 'an unknown option', argv: ['verify', ...mount, '--format'] },
  ])('$what is refused, and said how it is right', ({ argv }) => {
    expect(() => readOptions(argv)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
