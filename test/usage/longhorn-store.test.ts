/**
 * A bucket as Longhorn's own backup store leaves it, on an S3 server: a full backup, an increment of one block, an upload that was killed in its
 * middle, and the lock of that upload. The names, the sizes and two of the files were recorded from the library that Longhorn 1.12.0 uses
 * (`longhorn-store.json`); the content of the blocks does not matter here.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isInterruptedUpload, neverFilledMs } from '@soteria/shared/longhorn/objects.ts';
import { backupFromWire } from '@soteria/shared/longhorn/from-wire.ts';
import { volumeStore } from '../../local/longhorn/store/layout.ts';
import { hasMoto, type MotoServer, startMotoServer } from '../servers/moto-server.ts';
import { measureBucket, tallyOf } from './measure-bucket.ts';

if (!hasMoto) console.warn("SKIPPED: no moto in .cache/servers (npm run servers): Longhorn's bucket was not measured.");

const recording = z.object({
  files: z.record(z.string(), z.number()),
  labels: z.record(z.string(), z.string()),
  finished: z.string(),
  unfinished: z.string(),
});
const recorded = recording.parse(JSON.parse(readFileSync(new URL('longhorn-store.json', import.meta.url), 'utf8')));
const files = Object.entries(recorded.files);
const sum = (folder: string) => {
  const found = files.filter(([name]) => name.includes(folder));
  return { bytes: found.reduce((total, [, size]) => total + size, 0), objects: found.length };
};

describe.skipIf(!hasMoto)("the bucket of Longhorn's own backup store", () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMotoServer();
    await moto.call('PUT', '/backups');
    for (const [name, size] of files) await moto.call('PUT', `/backups/cluster-1/${name}`, 'x'.repeat(size));
  });
  afterAll(() => moto?.stop());

  it('is attributed to its volume to the byte: blocks, configs, locks and the rest of an upload', async () => {
    const store = { api: 's3', endpoint: moto.url, buckets: [{ name: 'backups', prefix: '' }] } as const;
    const tally = tallyOf(await measureBucket({ store }));
    expect(Object.keys(tally.owners)).toEqual(['volume|cluster-1/|pvc-0b1f']);
    const records = { bytes: sum('volume.cfg').bytes + sum('/locks/').bytes, objects: 2 };
    expect(tally.owners['volume|cluster-1/|pvc-0b1f']).toMatchObject({
      ...sum(''),
      parts: { blocks: sum('/blocks/'), backups: sum('/backups/'), records },
    });
    expect(sum('/backups/').objects).toBe(3);
  });
});

describe("the files of Longhorn's own backup store", () => {
  it('hold our labels unchanged, whatever their content', () => {
    expect(JSON.parse(recorded.finished)).toMatchObject({ Labels: recorded.labels, Size: '16777216' });
  });

  it('of an interrupted upload give a Backup that we recognise as interrupted', () => {
    expect(JSON.parse(recorded.unfinished)).toMatchObject({ CreatedTime: '', SnapshotName: '', Labels: null });
    const madeAt = '2026-01-01T00:00:00Z';
    const metadata = { name: 'backup-unfinished', uid: 'u', resourceVersion: '1', creationTimestamp: madeAt };
    const backup = backupFromWire({ apiVersion: 'longhorn.io/v1beta2', kind: 'Backup', metadata, spec: {} });
    expect(isInterruptedUpload(backup, new Date(Date.parse(madeAt) + neverFilledMs), neverFilledMs)).toBe(true);
  });

  it('have the same paths as the files of the local Longhorn', () => {
    const store = volumeStore('', 'pvc-0b1f');
    const names = Object.keys(recorded.files);
    for (const file of [store.backupFile('backup-full'), store.configFile])
      expect(names).toContain(file.replace(/^\/+/, ''));
  });
});
