import { describe, expect, test } from 'vitest';
import { SoteriaError } from '../errors.ts';
import type { KubernetesClient, ListQuery, Page } from '../kubernetes/client.ts';
import type { KubernetesObject, ResourceType } from '../kubernetes/resource-type.ts';
import { codeOf } from './contract.ts';
import { createLonghorn } from './custom-resources.ts';
import { createLonghornRestores } from './restore-resources.ts';

const wireBackup = (name: string, volume: string, isLabelled: boolean) => ({
  apiVersion: 'longhorn.io/v1beta2',
  kind: 'Backup',
  metadata: { name, uid: name, labels: isLabelled ? { 'backup-volume': volume } : {} },
  spec: {},
  status: { state: 'Completed', volumeName: volume },
});

function unexpected(): never {
  throw new Error('only lists are expected here');
}

/** Answers lists only: `answer` sees the query and gives the items and perhaps a continue token. */
function listingClient(
  answer: (query: ListQuery) => { items: readonly unknown[]; continueToken?: string },
): KubernetesClient {
  return {
    get: unexpected,
    create: unexpected,
    replace: unexpected,
    patch: unexpected,
    delete: unexpected,
    async list<T extends KubernetesObject>(type: ResourceType<T>, query: ListQuery = {}): Promise<Page<T>> {
      const { items, continueToken } = answer(query);
      return { items: items.map((item) => type.parse(item)), resourceVersion: '1', continueToken };
    },
  };
}

const namespace = 'longhorn-system';

describe('an object without what every object of its kind has', () => {
  const meta = (name: string) => ({ metadata: { name, namespace, uid: name, labels: { longhornvolume: 'vol' } } });

  test('a Snapshot without spec or spec.volume is no volume’s, and hides no other', async () => {
    const kind = { apiVersion: 'longhorn.io/v1beta2', kind: 'Snapshot' };
    const items = [
      { ...kind, ...meta('no-spec') },
      { ...kind, ...meta('no-volume'), spec: {} },
      { ...kind, ...meta('whole'), spec: { volume: 'vol' } },
    ];
    const { snapshots } = createLonghorn(
      listingClient(() => ({ items })),
      { namespace },
    );
    expect((await snapshots.listOfVolume('vol')).map(({ name }) => name)).toEqual(['whole']);
  });

  test('a Volume without spec hides no other', async () => {
    const kind = { apiVersion: 'longhorn.io/v1beta2', kind: 'Volume' };
    const items = [
      { ...kind, ...meta('no-spec') },
      { ...kind, ...meta('whole'), spec: { size: '1' } },
    ];
    const restores = createLonghornRestores(
      listingClient(() => ({ items })),
      { namespace },
    );
    expect((await restores.listVolumes({})).map(({ name }) => name)).toEqual(['no-spec', 'whole']);
  });
});

describe('listing backups', () => {
  test('follows every page', async () => {
    const client = listingClient(({ continueToken = '0' }) => {
      const page = Number(continueToken);
      const items = [wireBackup(`backup-${page}`, 'vol', true)];
      return page < 4 ? { items, continueToken: `${page + 1}` } : { items };
    });
    const found = await createLonghorn(client, { namespace }).backups.list({});
    expect(found.map((backup) => backup.name)).toEqual(['backup-0', 'backup-1', 'backup-2', 'backup-3', 'backup-4']);
  });

  test('a list that expires between two pages is an error, not a shorter list', async () => {
    const client = listingClient(({ continueToken }) => {
      if (continueToken === undefined) return { items: [wireBackup('backup-0', 'vol', true)], continueToken: 'next' };
      throw new SoteriaError('cluster_expired', { what: 'list', why: 'expired', fix: 'again' });
    });
    const longhorn = createLonghorn(client, { namespace });
    expect(await codeOf(longhorn.backups.list({}))).toBe('list_truncated');
    expect(await codeOf(longhorn.backups.list({ volume: 'vol' }))).toBe('list_truncated');
  });

  test('of a volume, one without the label is found by what it says of itself', async () => {
    const selectors: (string | undefined)[] = [];
    const client = listingClient(({ labelSelector }) => {
      selectors.push(labelSelector);
      if (labelSelector === 'backup-volume=vol') return { items: [wireBackup('labelled', 'vol', true)] };
      return { items: [wireBackup('bare', 'vol', false), wireBackup('foreign', 'another', false)] };
    });
    const found = await createLonghorn(client, { namespace }).backups.list({ volume: 'vol' });
    expect(found.map((backup) => backup.name)).toEqual(['labelled', 'bare']);
    expect(selectors).toEqual(['backup-volume=vol', '!backup-volume']);
  });

  test('a volume name that could not be a label value never gets into a selector', async () => {
    const selectors: (string | undefined)[] = [];
    const client = listingClient(({ labelSelector }) => {
      selectors.push(labelSelector);
      return { items: [wireBackup('foreign', 'another', true)] };
    });
    expect(await createLonghorn(client, { namespace }).backups.list({ volume: 'a,b notin (c)' })).toEqual([]);
    expect(selectors).toEqual([undefined]);
  });
});

const duplicate = (name: string, lastSyncedAt: string | null) => ({
  apiVersion: 'longhorn.io/v1beta2',
  kind: 'BackupVolume',
  metadata: { name, uid: name, labels: { 'backup-volume': 'vol' } },
  spec: { backupTargetName: 'default', volumeName: 'vol' },
  status: { lastSyncedAt },
});

test('of duplicate volumes on the target the one synced last counts', async () => {
  const client = listingClient(({ labelSelector }) => ({
    items:
      labelSelector === 'backup-volume=vol'
        ? [
            duplicate('never', null),
            duplicate('newer', '2026-08-20T02:05:01Z'),
            duplicate('older', '2026-08-20T02:00:01Z'),
          ]
        : [],
  }));
  const found = await createLonghorn(client, { namespace }).getBackupVolume('default', 'vol');
  expect(found?.name).toBe('newer');
});
