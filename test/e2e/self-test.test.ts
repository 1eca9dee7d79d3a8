/** The self-test on the embedded default: real bytes through Jobs, Longhorn and the functions, and nothing left of it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { persistentVolumeClaims, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { listLeft } from './list-left.ts';
import { type LocalBed, startLocalBed } from './local-bed.ts';

describe('a self-test on the embedded default', () => {
  let bed: LocalBed;
  const seen = new Set<string>();

  beforeAll(async () => {
    bed = await startLocalBed({ sleepPace: 60 });
  });
  afterAll(() => bed.stop());

  async function get(): Promise<{ is_ready: boolean; why: string; longhorn_version: string | null }> {
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/selftest`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as { is_ready: boolean; why: string; longhorn_version: string | null };
  }

  async function post(body: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/selftest`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async function waitForNew(deadlineMs = 90_000): Promise<Operation> {
    const isNew = ({ spec, metadata }: Operation) => spec.kind === 'SelfTest' && !seen.has(metadata.uid);
    const operation = await bed.waitForEnd('the self-test', isNew, deadlineMs);
    seen.add(operation.metadata.uid);
    return operation;
  }

  async function listAllLeft(): Promise<string[]> {
    const { client } = bed.local.cluster;
    const ran = await Array.fromAsync(listAll(client, pods));
    const files = await readdir(join(bed.local.targetFolder, 'backupstore'), { recursive: true, withFileTypes: true });
    // The description of a volume stays: the right to delete it would include all of its backups.
    const onTarget = files
      .filter((one) => one.isFile() && one.name !== 'volume.cfg')
      .map(({ name }) => `on the target: ${name}`);
    return [...(await listLeft(client)), ...ran.map(({ metadata }) => `Pod ${metadata.name}`), ...onTarget];
  }

  const untilNothingIsLeft = () =>
    waitUntil('nothing is left', async () => {
      const left = await listAllLeft();
      if (left.length === 0) return true;
      throw new Error(left.join(', '));
    });

  it('writes, backs up, restores and compares, reports the time of each step, and leaves nothing, not even on the target', async () => {
    expect(await get()).toMatchObject({ is_ready: false, longhorn_version: 'local' });
    const answer = await post({});
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    const operation = await waitForNew();
    expect(operation.status, JSON.stringify(operation.status)).toMatchObject({
      phase: 'Succeeded',
      result: { selfTest: { longhornVersion: 'local', storageClass: 'longhorn', bytes: String(8 * 1024 * 1024) } },
    });
    expect(operation.status?.steps.map(({ name }) => name)).toEqual(['claim', 'write', 'backup', 'restore', 'compare']);
    await untilNothingIsLeft();
    expect(await get()).toMatchObject({ is_ready: true });
  });

  it('passes on a volume that is unused after the write: Longhorn reports “error” until it has attached it', async () => {
    const { client } = bed.local.cluster;
    const longhorn = createLonghorn(client, { namespace: 'longhorn-system' });
    const often = { everyMs: 10 };
    expect((await post({})).status).toBe(202);
    const volume = await waitUntil(
      'the claim has a volume',
      async () => {
        const claims = await Array.fromAsync(listAll(client, persistentVolumeClaims, { namespace: proofNamespace }));
        return claims.map(({ spec }) => spec?.volumeName ?? '').find((each) => each !== '');
      },
      often,
    );
    bed.local.faults.set('detachedVolume', volume);
    // The snapshot of the test waits as long as this lasts.
    bed.local.faults.set('slowAttach', true);
    const waiting = await waitUntil('Longhorn shows why the snapshot waits', async () =>
      (await longhorn.snapshots.listOfVolume(volume)).find(({ waitMessage }) => waitMessage !== undefined),
    );
    expect(waiting).toMatchObject({ isReady: false, waitMessage: expect.stringContaining('is not running') });
    await waitUntil('the backup shows it too', async () => {
      const all = await bed.listOperations(proofNamespace);
      return all.some(({ spec, status }) => spec.kind === 'Backup' && status?.message.includes('is not running'));
    });
    bed.local.faults.clear('slowAttach');
    const operation = await waitForNew();
    bed.local.faults.clearAll();
    expect(operation.status, JSON.stringify(operation.status)).toMatchObject({ phase: 'Succeeded' });
    await untilNothingIsLeft();
  });

  it('requested with kubectl, fails where Longhorn fails, reports it, and leaves nothing', async () => {
    bed.local.faults.set('faultedRestore', true);
    const { client } = bed.local.cluster;
    await client.create(operations, {
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { generateName: 'soteria-selftest-kubectl-', namespace: proofNamespace },
      spec: { kind: 'SelfTest', request: {} },
    });
    const operation = await waitForNew();
    bed.local.faults.clearAll();
    expect(operation.status, JSON.stringify(operation.status)).toMatchObject({
      phase: 'Failed',
      error: { code: 'selftest_failed', what: expect.stringMatching(/at the step "restore"/) },
    });
    await untilNothingIsLeft();
    expect(await get()).toMatchObject({ is_ready: false, why: expect.stringMatching(/at the step "restore"/) });
  });

  it('cancelled, leaves nothing and changes no verdict', async () => {
    const before = await get();
    const answer = await post({});
    const name = String(answer.body['operation']);
    const path = `/v1/operations/${name}/cancel?namespace=${proofNamespace}`;
    const cancelled = await fetch(`${bed.local.frontDoorUrl}${path}`, { method: 'POST' });
    expect(cancelled.status).toBe(202);
    const operation = await waitForNew();
    expect(operation.status?.phase).toBe('Cancelled');
    await untilNothingIsLeft();
    expect(await get()).toEqual(before);
  });
});
