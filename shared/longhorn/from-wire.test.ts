import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { describe, expect, test } from 'vitest';
import {
  backupFromWire,
  backupTargetFromWire,
  backupVolumeFromWire,
  bytesOf,
  snapshotFromWire,
  volumeFromWire,
} from './from-wire.ts';
import { type Backup, whyNotRestorable } from './objects.ts';
import { backupTargets, backupVolumes, backups, snapshots, volumes } from './resource-types.ts';

const reference = process.env['SOTERIA_REFERENCE_DIR'] ?? join(import.meta.dirname, '../../../shared');
const examplesFile = join(reference, 'longhorn/examples.yaml');
const hasExamples = existsSync(examplesFile);
if (!hasExamples) {
  console.warn(`NOT RUN: Longhorn's example objects are missing at ${examplesFile}; set SOTERIA_REFERENCE_DIR.`);
}

function example(kind: string, name: string): unknown {
  for (const document of parseAllDocuments(readFileSync(examplesFile, 'utf8'))) {
    if (document.get('kind') === kind && document.getIn(['metadata', 'name']) === name) return document.toJS();
  }
  throw new Error(`no example ${kind} ${name}`);
}

const pvc = 'pvc-6f1e9a52-7d0b-4a0e-9a47-0d7b0a3f2c11';
const backupExample = (name: string): Backup => backupFromWire(backups.parse(example('Backup', name)));

describe.skipIf(!hasExamples)("Longhorn's example objects", () => {
  test('an attached volume tells its claim, its target and its sizes', () => {
    const volume = volumeFromWire(volumes.parse(example('Volume', pvc)));
    expect(volume).toMatchObject({
      name: pvc,
      sizeBytes: 10_737_418_240n,
      actualSizeBytes: 1_610_612_736n,
      state: 'attached',
      robustness: 'healthy',
      isStandby: false,
      isRestoring: false,
      isEncrypted: false,
      accessMode: 'rwo',
      dataEngine: 'v1',
      numberOfReplicas: 3,
      backupTargetName: 'default',
      backupBlockSize: '2097152',
      nodeId: 'node-1',
      kubernetesStatus: { pvName: pvc, namespace: 'shop', pvcName: 'data-postgres-0', lastPVCRefAt: '' },
    });
    expect(volume.backingImage).toBeUndefined();
    expect(volume.tooManySnapshots).toBeUndefined();
    expect(JSON.parse(volume.kubernetesStatusJson ?? '')).toMatchObject({
      pvStatus: 'Bound',
      workloadsStatus: [{ podName: 'postgres-0' }],
    });
  });

  test.each([
    { name: 'restore-data-postgres-0-20260820', isRestoring: true, robustness: 'unknown' },
    { name: 'restore-running', isRestoring: true, robustness: 'degraded' },
    { name: 'restore-done', isRestoring: false, robustness: 'unknown' },
    { name: 'restore-failed', isRestoring: true, robustness: 'faulted' },
  ])('volume $name is restoring: $isRestoring', ({ name, isRestoring, robustness }) => {
    expect(volumeFromWire(volumes.parse(example('Volume', name)))).toMatchObject({ isRestoring, robustness });
  });

  test.each([
    { name: 'lhs-20260820t020000z-6f1e9a52', isReady: true, createdAt: '2026-08-20T02:00:04Z', sizeBytes: 83_886_080n },
    { name: 'lhs-20260820t030000z-6f1e9a52', isReady: false, createdAt: undefined, sizeBytes: 0n },
  ])('snapshot $name is ready: $isReady', ({ name, ...expected }) => {
    const snapshot = snapshotFromWire(snapshots.parse(example('Snapshot', name)));
    expect(snapshot).toMatchObject({ ...expected, volume: pvc, error: undefined, isMarkedRemoved: false });
  });

  test.each([
    { name: 'lhb-20260820t040000z-6f1e9a52', why: 'its state is new' },
    { name: 'lhb-20260820t030000z-6f1e9a52', why: 'its state is Pending' },
    { name: 'lhb-20260820t021000z-6f1e9a52', why: 'its state is InProgress' },
    { name: 'lhb-20260820t020500z-6f1e9a52', why: 'Longhorn has not yet read it back from the target' },
    { name: 'lhb-20260820t020000z-6f1e9a52', why: undefined },
    { name: 'lhb-20260820t025000z-6f1e9a52', why: 'its state is Error' },
    { name: 'lhb-20260601t020000z-6f1e9a52', why: 'its state is Deleting' },
    { name: 'lhb-20260602t020000z-6f1e9a52', why: 'its state is Error' },
    { name: 'backup-9d615f8da1bc4c6a', why: undefined },
  ])('backup $name cannot be restored because: $why', ({ name, why }) => {
    expect(whyNotRestorable(backupExample(name))).toBe(why);
  });

  test('a completed backup has sizes in bytes, instants and its catalogue', () => {
    expect(backupExample('lhb-20260820t020000z-6f1e9a52')).toMatchObject({
      sizeBytes: 1_342_177_280n,
      uploadedBytes: 31_457_280n,
      volumeSizeBytes: 10_737_418_240n,
      snapshotCreatedAt: '2026-08-20T02:00:04Z',
      backupCreatedAt: '2026-08-20T02:01:37Z',
      volume: pvc,
      backupTargetName: 'default',
      catalogue: { 'app.example.com/cluster': 'prod' },
    });
  });

  test('before the first sync the catalogue is what was asked for', () => {
    const fresh = backupExample('lhb-20260820t040000z-6f1e9a52');
    expect(fresh.catalogue).toMatchObject({ 'app.example.com/cluster': 'prod' });
    expect(fresh.snapshotName).toBe('lhs-20260820t020000z-6f1e9a52');
  });

  test('a backup read from the target has snapshot and catalogue although its spec has neither', () => {
    const pulled = backupExample('backup-9d615f8da1bc4c6a');
    expect(pulled.snapshotName).toMatch(/^nightly--/);
    expect(pulled.catalogue['RecurringJob']).toBe('nightly');
  });

  test('a waiting backup says why, a failed backup and a failed deletion say what went wrong', () => {
    expect(backupExample('lhb-20260820t030000z-6f1e9a52').waitMessage).toMatch(/^Waiting for the snapshot/);
    expect(backupExample('lhb-20260820t025000z-6f1e9a52').error).toContain('failed to upload block');
    expect(backupExample('lhb-20260602t020000z-6f1e9a52').error).toContain('failed to acquire lock');
  });

  test('the volume on the target has sizes and the last sync', () => {
    expect(backupVolumeFromWire(backupVolumes.parse(example('BackupVolume', `${pvc}-9cc57593`)))).toMatchObject({
      volume: pvc,
      backupTargetName: 'default',
      sizeBytes: 10_737_418_240n,
      dataStoredBytes: 1_403_002_880n,
      lastSyncedAt: '2026-08-20T02:05:01Z',
    });
  });

  test('a target is available, or tells why not', () => {
    const [target, nas] = ['default', 'nas'].map((name) =>
      backupTargetFromWire(backupTargets.parse(example('BackupTarget', name))),
    );
    expect(target).toEqual({
      name: 'default',
      url: 's3://lhbackup@us-east-1/',
      credentialSecret: 's3-secret',
      syncRequestedAt: '2026-08-20T02:05:00Z',
      isAvailable: true,
      unavailableMessage: undefined,
      lastSyncedAt: '2026-08-20T02:05:00Z',
      pollIntervalMs: 300_000,
    });
    expect(nas).toMatchObject({ isAvailable: false, lastSyncedAt: '2026-08-20T02:50:00Z' });
    expect(nas?.unavailableMessage).toContain('connection timed out');
  });
});

const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-08-20T02:00:00Z' };
const envelope = (kind: string) => ({ apiVersion: 'longhorn.io/v1beta2', kind, metadata });

describe('tolerance', () => {
  test.each([
    { wire: '9007199254740993', bytes: 9_007_199_254_740_993n },
    { wire: 9_007_199_254_740_993n, bytes: 9_007_199_254_740_993n },
    { wire: 4096, bytes: 4096n },
    { wire: '0', bytes: 0n },
    { wire: '', bytes: undefined },
    { wire: '1Gi', bytes: undefined },
    { wire: null, bytes: undefined },
    { wire: undefined, bytes: undefined },
  ])('a size of $wire is $bytes bytes', ({ wire, bytes }) => {
    expect(bytesOf(wire)).toBe(bytes);
  });

  test.each([
    { when: 'before the snapshot is taken', creationTime: '', expected: { waitMessage: 'the engine is not running' } },
    {
      when: 'once it was taken',
      creationTime: '2026-08-20T02:00:04Z',
      expected: { error: 'the engine is not running' },
    },
  ])('an error of a snapshot is a wait or final: $when', ({ creationTime, expected }) => {
    const status = { readyToUse: false, creationTime, error: 'the engine is not running' };
    const snapshot = snapshotFromWire(snapshots.parse({ ...envelope('Snapshot'), spec: { volume: 'v' }, status }));
    expect(snapshot).toMatchObject({ error: undefined, waitMessage: undefined, ...expected });
  });

  test.each([104, 126, 190])('a progress of %s is 100', (progress) => {
    const status = { state: 'InProgress', progress };
    expect(backupFromWire(backups.parse({ ...envelope('Backup'), spec: {}, status })).progress).toBe(100);
  });

  test('a target says why it is away in a few words', () => {
    const message = `level=info ${'x'.repeat(900)} error="AccessDenied, request id: 1" : exit status 1`;
    const status = { available: false, conditions: [{ type: 'Unavailable', status: 'True', message }] };
    const target = backupTargetFromWire(backupTargets.parse({ ...envelope('BackupTarget'), spec: {}, status }));
    expect(target.unavailableMessage).toBe('AccessDenied');
  });

  test('nulls, missing blocks and unknown members do no harm', () => {
    const backup = backups.parse({
      ...envelope('Backup'),
      spec: { labels: null, newMember: 1 },
      status: { labels: null, messages: null, lastSyncedAt: null, another: {} },
    });
    expect(backupFromWire(backup)).toMatchObject({ state: '', progress: 0, catalogue: {}, lastSyncedAt: undefined });
    expect(backup.spec['newMember']).toBe(1);
    expect(backupFromWire(backups.parse(envelope('Backup')))).toMatchObject({ state: '' });
    const volume = volumes.parse({
      ...envelope('Volume'),
      spec: {},
      status: { conditions: null, kubernetesStatus: {} },
    });
    expect(volumeFromWire(volume)).toMatchObject({ sizeBytes: 0n, kubernetesStatus: undefined });
    expect(volumeFromWire(volume).kubernetesStatusJson).toBeUndefined();
    expect(
      snapshotFromWire(snapshots.parse({ ...envelope('Snapshot'), spec: { volume: 'v' }, status: null })),
    ).toMatchObject({ isReady: false });
  });

  test('too many snapshots, and a standby volume, are reported', () => {
    const conditions = [{ type: 'TooManySnapshots', status: 'True', message: 'Snapshots count is 101 over 100' }];
    const volume = volumes.parse({ ...envelope('Volume'), spec: { Standby: true }, status: { conditions } });
    expect(volumeFromWire(volume)).toMatchObject({
      isStandby: true,
      tooManySnapshots: 'Snapshots count is 101 over 100',
    });
  });

  test('an object of the wrong shape is refused', () => {
    expect(() => volumes.parse({ ...envelope('Volume'), spec: { size: { of: 'what' } } })).toThrow();
    expect(() => snapshots.parse({ ...envelope('Snapshot'), spec: { volume: 1 } })).toThrow();
  });
});
