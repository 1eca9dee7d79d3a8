import { describe, expect, it } from 'vitest';
import { saysDamaged } from './damage-in-words.ts';

const damaged = 'failed to restore volume-snap-a.img: Checksum verification failed for block!';

describe('what Longhorn says of a restore that failed', () => {
  it.each([
    [damaged],
    ['lz4: bad magic number'],
    ['gzip: invalid checksum'],
    ['failed to restore the backup: a block is missing or damaged'],
    [
      'failed to get object: backupstore/volumes/aa/bb/vol-1/blocks/1c/2d/1c2d.blk: NoSuchKey: The specified key does not exist.',
    ],
    ['NoSuchKey: status code: 404, backupstore/volumes/aa/bb/vol-1/blocks/1c/2d/1c2d.blk'],
  ])('is that the backup is damaged: %s', (words) => {
    expect(saysDamaged([words])).toBe(true);
    expect(saysDamaged(['', words])).toBe(true);
  });

  it.each([
    { of: 'nothing', errors: [] },
    { of: 'nothing, twice', errors: ['', ' '] },
    { of: 'a node that went down', errors: ['rpc error: code = Unavailable desc = connection refused'] },
    { of: 'a replica that stopped', errors: ['the replica stopped', damaged] },
    { of: 'a read that ended early', errors: ['unexpected EOF'] },
    { of: 'a mount that is gone', errors: ['open /mounts/blocks/1c/2d/1c2d.blk: no such file or directory'] },
    { of: 'a bucket that is gone', errors: ['NoSuchBucket: blocks/1c/2d/1c2d.blk'] },
    { of: 'a key that may not read', errors: ['AccessDenied: blocks/1c/2d/1c2d.blk'] },
    { of: 'a lock', errors: ['failed to acquire lock backupstore/volumes/aa/bb/vol-1/locks/lock-1.lck'] },
    { of: 'a target without a configuration', errors: ['NoSuchKey: volume.cfg'] },
  ])('is not that the backup is damaged, when it speaks of $of', ({ errors }) => {
    expect(saysDamaged(errors)).toBe(false);
  });
});
