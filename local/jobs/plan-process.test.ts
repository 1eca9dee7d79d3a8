import { describe, expect, test } from 'vitest';
import { type Container, planProcess, whyRefused } from './plan-process.ts';

const places = {
  bundlesFolder: '/data/functions',
  folders: new Map([
    ['claim', '/data/claims/shop/data'],
    ['scratch', '/data/jobs/uid/scratch'],
  ]),
  terminationMessageFile: '/data/jobs/uid/verify.termination-message',
  env: { A: 'b', TMPDIR: '/scratch' },
};

const container: Container = {
  name: 'verify',
  args: ['runner.cjs', 'verify', '--mount', 'claim=/claim', '--scratch', 'scratch=/scratch', '--seed', '/claimant'],
  volumeMounts: [
    { name: 'claim', mountPath: '/claim/', readOnly: true },
    { name: 'scratch', mountPath: '/scratch' },
  ],
};

const planned = (more: Partial<Container> = {}) => planProcess({ ...container, ...more }, places);

describe('a container as a process', () => {
  test('gets folders where it has mounts, and the bundle where the image has it', () => {
    const args = planned()?.args ?? [];
    expect(args.slice(args.indexOf('/data/functions/runner.cjs'))).toEqual([
      '/data/functions/runner.cjs',
      'verify',
      '--mount',
      'claim=/data/claims/shop/data',
      '--scratch',
      'scratch=/data/jobs/uid/scratch',
      '--seed',
      '/claimant',
    ]);
  });

  test('may write to its writable mounts and its message, and may start no programs', () => {
    expect(planned()?.args.filter((one) => one.startsWith('--allow'))).toEqual([
      '--allow-fs-read=*',
      '--allow-fs-write=/data/jobs/uid/verify.termination-message',
      '--allow-fs-write=/data/jobs/uid/scratch/',
    ]);
    expect(planned()?.args[0]).toBe('--permission');
  });

  test('has only the environment it is given', () => {
    expect(planned()?.env).toEqual({
      A: 'b',
      TMPDIR: '/data/jobs/uid/scratch',
      SOTERIA_TERMINATION_MESSAGE_PATH: places.terminationMessageFile,
    });
  });

  test('of a command runs Node in the mount, with the paths of the mount', () => {
    const plan = planned({ command: ['/nodejs/bin/node', '/claim/check.mjs'], args: [], workingDir: '/claim' });
    expect(plan?.cwd).toBe('/data/claims/shop/data');
    expect(plan?.args.at(-1)).toBe('/data/claims/shop/data/check.mjs');
  });

  test('is undefined for a program that the image does not have', () => {
    expect(planned({ command: ['pg_controldata', '/claim'] })).toBeUndefined();
  });
});

const ours = 'ghcr.io/soteria-dev/soteria';

test.each([
  { images: [ours], refused: undefined },
  { images: [`${ours}:0.1.0`, `${ours}@sha256:abc`], refused: undefined },
  { images: [`${ours}:0.1.0`, 'postgres:17'], refused: /container c1: the image postgres:17 is not run here/ },
  { images: [`${ours}-fork:1`], refused: /soteria-fork:1/ },
  { images: [`registry.example/${ours}:1`], refused: /registry\.example/ },
  { images: [undefined], refused: /\(none\)/ },
])('the images $images are refused: $refused', ({ images, refused }) => {
  const containers = images.map((image, at) => ({ name: `c${at}`, ...(image === undefined ? {} : { image }) }));
  const why = whyRefused(containers, ours);
  if (refused === undefined) expect(why).toBeUndefined();
  else expect(why).toMatch(refused);
});
