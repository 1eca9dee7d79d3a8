/** A volume that stands on a backing image: Longhorn makes the image from its backup first, where it does not have it. */
import { createAdaptorServer } from '@hono/node-server';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { settingsName } from '@soteria/shared/settings/paused.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { shape } from '../../drivers/longhorn/restore/fixtures.ts';
import { backingImages, createTestBench, silent } from './test-bench.ts';

const image = untyped({ ...backingImages, isNamespaced: true });
const ref = { namespace: 'longhorn-system', name: 'ubuntu' };
const ask = { namespace: 'shop', pvc: 'data', target_pvc: 'data-2' };
const url = 's3://bucket@region/?backingImage=ubuntu';

function open(target = 'default', state = 'Completed') {
  const bench = createTestBench();
  const volume = { ...shape.volume, backingImage: 'ubuntu' };
  bench.seedBackups({ name: 'point', at: '2026-01-27T02:00:00Z', shape: { volume } });
  bench.cluster.seed({
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'BackupBackingImage',
    metadata: { name: 'ubuntu-1234', namespace: 'longhorn-system' },
    spec: { backingImage: 'ubuntu', backupTargetName: target, userCreated: true },
    status: { state, url, checksum: 'abc' },
  });
  const http = supertest(createAdaptorServer({ fetch: bench.app.fetch }));
  return { ...bench, http };
}

type Bench = ReturnType<typeof open>;

const wake = (bench: Bench, name: string) =>
  advanceOperation(bench.tools, { namespace: 'shop', name }, { log: silent });

const copyIs = ({ client }: Bench, state: string, message = '') =>
  client.patch(
    image,
    ref,
    { status: { diskFileStatusMap: { 'disk-1': { state, message } } } },
    { subresource: 'status' },
  );

describe('a backing image that is missing', () => {
  it('is made from its backup, and the restore goes on when a copy is whole', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    expect(body).toMatchObject({
      phase: 'Pending',
      message: expect.stringContaining('makes backing image ubuntu first'),
    });
    expect(await bench.client.get(image, ref)).toMatchObject({
      spec: {
        sourceType: 'restore',
        sourceParameters: { 'backup-url': url, 'backup-target-name': 'default' },
        checksum: 'abc',
      },
    });
    await copyIs(bench, 'in-progress');
    bench.pass(120_000);
    expect((await wake(bench, body.operation))?.status?.phase).toBe('Pending');
    await copyIs(bench, 'ready');
    expect((await wake(bench, body.operation))?.status?.phase).toBe('Running');
  });

  it('is not made while Soteria is paused', async () => {
    const bench = open();
    bench.cluster.seed({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: settingsName, namespace: 'soteria' },
      data: { paused: 'true' },
    });
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    expect(body).toMatchObject({ phase: 'Pending', message: expect.stringContaining('paused') });
    expect(await bench.client.get(image, ref)).toBeUndefined();
  });

  it('is reported in a dry run, which makes nothing', async () => {
    const bench = open();
    const { body } = await bench.http
      .post('/v1/restores')
      .send({ ...ask, dry_run: true })
      .expect(200);
    expect(body).toMatchObject({ blocked_by: [], restores_image: 'ubuntu' });
    expect(await bench.client.get(image, ref)).toBeUndefined();
  });

  it.each([
    ['on another target only', 'second', 'Completed'],
    ['that is not whole', 'default', 'InProgress'],
  ])('is a refusal with a backup %s', async (_title, target, state) => {
    const bench = open(target, state);
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(422);
    expect(body).toMatchObject({
      code: 'restore_point_not_usable',
      why: expect.stringContaining('backing image ubuntu'),
    });
  });

  it('that cannot be made ends the restore with Longhorn’s words', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    await copyIs(bench, 'failed', 'checksum mismatch');
    const failed = await wake(bench, body.operation);
    expect(failed?.status).toMatchObject({ phase: 'Failed', error: { code: 'restore_point_not_usable' } });
    expect(failed?.status?.error?.why).toContain('checksum mismatch');
  });

  it('that is never whole ends it after a while', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    bench.pass(3_600_000);
    const late = await wake(bench, body.operation);
    expect(late?.status).toMatchObject({ phase: 'Failed', error: { code: 'deadline_exceeded' } });
  });
});
