/** Restore tests on the embedded default: a verdict with its times, and nothing left of what was made for it. */
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { jobs, persistentVolumeClaims, persistentVolumes, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { isAbout, type LocalBed, startLocalBed } from './local-bed.ts';

const source = { namespace: 'shop', name: 'data' };
const bigBytes = 3 * 1024 * 1024;

describe('a restore test on the embedded default', () => {
  let bed: LocalBed;
  const seen = new Set<string>();

  beforeAll(async () => {
    bed = await startLocalBed({ sleepPace: 60 });
    await bed.makeClaims([source], { 'big.raw': randomBytes(bigBytes), 'deep/file.txt': 'content' });
    await send('/v1/backup', {});
    const backup = await bed.waitForEnd('the backup', isAbout(source));
    expect(backup.status?.phase).toBe('Succeeded');
  });
  afterAll(() => bed.stop());

  async function send(path: string, more: object): Promise<void> {
    const answer = await fetch(`${bed.local.frontDoorUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ namespace: source.namespace, pvc: source.name, ...more }),
    });
    expect(answer.status, await answer.text()).toBe(202);
  }

  async function test(more: object = {}): Promise<Operation> {
    await send('/v1/restore-test', more);
    const isNew = ({ spec, metadata }: Operation) => spec.kind === 'RestoreTest' && !seen.has(metadata.uid);
    const ended = await bed.waitForEnd('the restore test', isNew, 60_000);
    seen.add(ended.metadata.uid);
    return ended;
  }

  async function expectNothingLeft(operation: Operation): Promise<void> {
    const { client } = bed.local.cluster;
    await waitUntil('everything it made is gone', async () => {
      const left = [
        ...(await Array.fromAsync(listAll(client, volumes, { namespace: 'longhorn-system' }))),
        ...(await Array.fromAsync(listAll(client, persistentVolumes))),
        ...(await Array.fromAsync(listAll(client, persistentVolumeClaims))),
        ...(await Array.fromAsync(listAll(client, jobs))),
        ...(await Array.fromAsync(listAll(client, pods))),
      ].filter(({ metadata }) => metadata.labels?.['soteria.dev/operation-uid'] === operation.metadata.uid);
      if (left.length === 0) return true;
      throw new Error(left.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', '));
    });
  }

  it('proves a point: with its times, and what was looked at', async () => {
    const operation = await test({ verify: { files: { min: 2, min_bytes: bigBytes, sample_checksums: 10 } } });
    expect(operation.metadata.namespace).toBe(source.namespace);
    expect(operation.status).toMatchObject({
      phase: 'Succeeded',
      result: {
        restoreMs: expect.any(Number),
        proof: { outcome: 'verified', strength: 'counts', weaker: ['no_baseline'], files: 2, sampled: 2 },
      },
    });
    const { proof, restoreMs = 0 } = operation.status?.result ?? {};
    expect(proof?.totalMs).toBeGreaterThanOrEqual(restoreMs);
    expect(proof?.bytes).toBe(String(bigBytes + 'content'.length));
    await expectNothingLeft(operation);
  });

  it('refutes a point that holds less than it should', async () => {
    const operation = await test({ verify: { files: { min: 3 } } });
    expect(operation.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'restore_refuted', why: expect.stringContaining('2 found, at least 3') },
      result: { proof: { outcome: 'refuted' } },
    });
    await expectNothingLeft(operation);
  });

  it('does not run a command that it could not vouch for', async () => {
    const operation = await test({ verify: { command: { image: 'postgres:17', argv: ['true'] } } });
    expect(operation.status).toMatchObject({ phase: 'Failed', error: { code: 'unprocessable' } });
  });

  it('refutes a point whose stored blocks are damaged, and leaves nothing of it', async () => {
    const files = await readdir(join(bed.local.targetFolder, 'backupstore'), { recursive: true, withFileTypes: true });
    const block = files.find((one) => one.isFile() && one.name.endsWith('.blk'));
    if (block === undefined) throw new Error('the target holds no block');
    await writeFile(join(block.parentPath, block.name), 'damaged on purpose');
    const operation = await test();
    expect(operation.status).toMatchObject({ phase: 'Failed', error: { code: 'restore_failed' } });
    await expectNothingLeft(operation);
  });
});
