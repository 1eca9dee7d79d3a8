import { describe, expect, it } from 'vitest';
import { classifyKey, createClassifier, parseOwner } from './classify-key.ts';

const hex = (length: number) => '0123456789abcdef'.repeat(8).slice(0, length);

describe('an object belongs', () => {
  it.each([
    ['backupstore/volumes/ab/cd/pvc-1/volume.cfg', 'volume||pvc-1', 'records'],
    ['backupstore/volumes/ab/cd/pvc-1/backups/backup_a.cfg', 'volume||pvc-1', 'backups'],
    [`backupstore/volumes/ab/cd/pvc-1/blocks/01/23/${hex(64)}.blk`, 'volume||pvc-1', 'blocks'],
    ['backupstore/volumes/ab/cd/pvc-1/locks/lock-1.lck', 'volume||pvc-1', 'records'],
    ['cluster-a/backupstore/volumes/ab/cd/pvc-1/volume.cfg', 'volume|cluster-a/|pvc-1', 'records'],
    ['backupstore/backing-images/x.cfg', 'longhorn|', 'backing-images'],
    ['a/backupstore/system-backups/v1.12.0/daily/system-backup.zip', 'longhorn|a/', 'system-backups'],
    ['backupstore/__proto__/x', 'longhorn|', 'other'],
    ['backupstore/constructor', 'longhorn|', 'other'],
    ['__proto__/x', 'prefix|__proto__/', 'objects'],
    ['mybackupstore/volumes/ab/cd/pvc-1/volume.cfg', 'prefix|mybackupstore/', 'objects'],
    [`restic/data/01/${hex(64)}`, 'restic|restic/', 'data'],
    [`data/01/${hex(64)}`, 'restic|', 'data'],
    [`fleet/db/snapshots/${hex(64)}`, 'restic|fleet/db/', 'snapshots'],
    [`fleet/db/index/${hex(64)}`, 'restic|fleet/db/', 'index'],
    [`fleet/db/keys/${hex(64)}`, 'restic|fleet/db/', 'keys'],
    [`fleet/db/locks/${hex(64)}`, 'restic|fleet/db/', 'locks'],
    [`fleet/db/data/01/${hex(63)}`, 'prefix|fleet/', 'objects'],
    ['fleet/db/config', 'prefix|fleet/', 'config:fleet/db/'],
    ['config', 'prefix|', 'config:'],
    [`kopia/p${hex(32)}-s${hex(17)}`, 'kopia|kopia/', 'data'],
    [`q${hex(32)}-s${hex(17)}`, 'kopia|', 'metadata'],
    [`kopia/xn0_${hex(32)}-s${hex(17)}-c1`, 'kopia|kopia/', 'index'],
    ['kopia/_log_20260131013001_1234_1_2_abc', 'kopia|kopia/', 'logs'],
    ['kopia/kopia.repository', 'kopia|kopia/', 'config'],
    ['kopia/kopia.maintenance.f', 'kopia|kopia/', 'config'],
    ['photos/2026/lake.raw', 'prefix|photos/', 'objects'],
    ['readme.txt', 'prefix|', 'objects'],
    [`${'x'.repeat(300)}/a`, 'prefix|', 'objects'],
  ])('%s: to %s as %s', (key, owner, part) => {
    expect(classifyKey(key)).toEqual({ owner, part });
  });

  it('to the same owner when its neighbour was classified before', () => {
    const keys = [
      'backupstore/volumes/ab/cd/pvc-1/backups/backup_a.cfg',
      'backupstore/volumes/ab/cd/pvc-1/blocks/01/23/a.blk',
      'backupstore/volumes/ab/cd/pvc-1/blocks/01/23/b.blk',
      'backupstore/volumes/ab/cd/pvc-1/volume.cfg',
      'backupstore/volumes/ab/cd/pvc-10/blocks/01/23/a.blk',
      'backupstore/volumes/ab/cd/pvc-10/blocks/01/23/b.blk',
      'photos/a',
      'photos/b',
      'readme',
    ];
    expect(keys.map(createClassifier())).toEqual(keys.map(classifyKey));
  });

  it('to an owner whose name can be parsed again', () => {
    expect(parseOwner('volume|a/|pvc-1')).toEqual({ kind: 'volume', root: 'a/', name: 'pvc-1' });
    expect(parseOwner('restic|')).toEqual({ kind: 'restic', root: '', name: '' });
  });
});
