import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeBlock } from './blocks.ts';
import { checksumOf, volumeStore } from './layout.ts';
import { listVolumes } from './list-volumes.ts';
import { type BackupManifest, readVolumeManifest } from './manifest.ts';
import { readBackup } from './read-backup.ts';
import { restore, restoreToFolder } from './restore.ts';
import { forgetBackup, listBackups, recordBackup } from './record-backup.ts';
import { readJournal } from './upload-journal.ts';
import { type UploadResult, upload } from './upload.ts';
import { walkTree } from './walk-tree.ts';

const block = 64 * 1024;
/** The size with which Longhorn counts every block, whatever its real size. */
const longhornBlock = 2 * 1024 * 1024;
const volume = 'pvc-1';

describe('a backup target', () => {
  let root: string;
  let source: string;
  let target: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'backup-store-'));
    source = join(root, 'source');
    target = join(root, 'target');
    await mkdir(join(source, 'deep/er/empty'), { recursive: true });
    await writeFile(join(source, 'big'), randomBytes(3 * block + 17));
    await writeFile(join(source, 'exact'), randomBytes(block));
    await writeFile(join(source, 'deep/er/text äöü'), 'some text', { mode: 0o640 });
    await writeFile(join(source, 'nothing'), '');
    await utimes(join(source, 'exact'), 1_700_000_000, 1_700_000_000);
    await chmod(join(source, 'deep/er'), 0o750);
    await symlink('../big', join(source, 'deep/link'));
    await symlink('/nowhere', join(source, 'dangling'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const store = () => volumeStore(target, volume);
  const session = (name: string, mode: 'incremental' | 'full' = 'incremental') =>
    upload({ source, store: store(), blockSizeBytes: block, mode, journalFile: join(root, `${name}.journal`) });

  async function finish(running: ReturnType<typeof session>): Promise<UploadResult> {
    for (;;) {
      const step = await running.next();
      if (step.done === true) return step.value;
    }
  }

  async function record(name: string, at: string, done: UploadResult): Promise<UploadResult> {
    const manifest: BackupManifest = {
      Name: name,
      VolumeName: volume,
      SnapshotName: `${name}-snap`,
      SnapshotCreatedAt: at,
      CreatedTime: at,
      Size: done.totalBytes.toString(),
      NewlyUploadedDataSize: done.newBytes.toString(),
      ReUploadedDataSize: done.againBytes.toString(),
      CompressionMethod: 'gzip',
      BlockSize: block,
      Labels: { from: name },
      VolumeSize: '1073741824',
      VolumeCreated: '2026-08-01T00:00:00Z',
      Files: [...done.files],
    };
    await recordBackup(target, manifest, { storageClassName: 'longhorn' });
    return done;
  }

  async function backUp(name: string, at: string, mode: 'incremental' | 'full' = 'incremental'): Promise<UploadResult> {
    return record(name, at, await finish(session(name, mode)));
  }

  async function blockFiles(): Promise<string[]> {
    const found = await readdir(store().blocksFolder, { recursive: true, withFileTypes: true });
    return found.filter((each) => each.isFile()).map(({ name }) => name);
  }

  test('gives back bytes, modes, times, empty folders and links', async () => {
    await backUp('one', '2026-08-20T01:00:00Z');
    await restoreToFolder(target, volume, 'one', join(root, 'restored'));
    expect(await treeOf(join(root, 'restored'))).toEqual(await treeOf(source));
  });

  test('has the layout and the block names of a Longhorn target', async () => {
    await backUp('one', '2026-08-20T01:00:00Z');
    const [big] = await Array.fromAsync(readBackup(target, volume, 'one'));
    expect(big).toMatchObject({ path: 'big', type: 'file' });
    expect(store().folder).toMatch(/backupstore\/volumes\/[0-9a-f]{2}\/[0-9a-f]{2}\/pvc-1$/);
    const checksum = checksumOf(await readFile(join(source, 'exact')));
    const file = join(store().folder, 'blocks', checksum.slice(0, 2), checksum.slice(2, 4), `${checksum}.blk`);
    expect((await stat(file)).isFile()).toBe(true);
    expect((await stat(join(store().folder, 'backups/backup_one.cfg'))).isFile()).toBe(true);
    expect(await listVolumes(target)).toEqual([volume]);
  });

  test('writes only the blocks it does not have', async () => {
    const first = await backUp('one', '2026-08-20T01:00:00Z');
    expect(first.newBytes).toBeGreaterThan(4 * block);
    const before = await blockFiles();
    const changed = await readFile(join(source, 'big'));
    changed.fill(7, block, block + 100);
    await writeFile(join(source, 'big'), changed);
    const second = await backUp('two', '2026-08-20T02:00:00Z');
    expect(second.newBytes).toBeLessThan(1.1 * block);
    expect(second.newBytes).toBeGreaterThan(0);
    expect((await blockFiles()).length).toBe(before.length + 1);
    expect((await backUp('three', '2026-08-20T03:00:00Z')).newBytes).toBe(0);
  });

  test('a full backup writes every block again, and repairs a damaged one', async () => {
    await backUp('one', '2026-08-20T01:00:00Z');
    await writeFile(store().blockFile(checksumOf(await readFile(join(source, 'exact')))), 'broken');
    await expect(restoreToFolder(target, volume, 'one', join(root, 'broken'))).rejects.toThrow();
    const again = await backUp('two', '2026-08-20T02:00:00Z', 'full');
    expect(again).toMatchObject({ newBytes: 0 });
    expect(again.againBytes).toBeGreaterThan(4 * block);
    await restoreToFolder(target, volume, 'one', join(root, 'restored'));
    expect(await treeOf(join(root, 'restored'))).toEqual(await treeOf(source));
  });

  test('a block that does not match its name is never given out', async () => {
    await backUp('one', '2026-08-20T01:00:00Z');
    const checksum = checksumOf(await readFile(join(source, 'exact')));
    await writeBlock(store(), checksum, Buffer.from('other bytes'));
    await expect(restoreToFolder(target, volume, 'one', join(root, 'restored'))).rejects.toThrow(/is damaged/);
  });

  test('a kill in the middle loses neither blocks nor the count of what was written', async () => {
    const running = session('one');
    await running.next();
    await running.next();
    await running.return({ files: [], totalBytes: 0, newBytes: 0, againBytes: 0 });
    const kept = await blockFiles();
    expect(kept.length).toBe(2);
    expect(await listBackups(target, volume)).toEqual([]);
    const times = await Promise.all(
      kept.map(async (name) => (await stat(store().blockFile(name.slice(0, 64)))).mtimeMs),
    );
    const done = await record('one', '2026-08-20T01:00:00Z', await finish(session('one')));
    const written = await Promise.all(
      (await blockFiles()).map(async (name) => (await stat(store().blockFile(name.slice(0, 64)))).size),
    );
    expect(done.newBytes).toBe(written.reduce((sum, size) => sum + size, 0));
    const timesAfter = await Promise.all(
      kept.map(async (name) => (await stat(store().blockFile(name.slice(0, 64)))).mtimeMs),
    );
    expect(timesAfter).toEqual(times);
    await restoreToFolder(target, volume, 'one', join(root, 'restored'));
    expect(await treeOf(join(root, 'restored'))).toEqual(await treeOf(source));
  });

  test('the file of a killed write does not count as a block, and is deleted with the next deletion', async () => {
    const checksum = checksumOf(await readFile(join(source, 'exact')));
    const file = store().blockFile(checksum);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(join(file, '..', `.${checksum}.blk.unfinished`), 'half a blo');
    await backUp('one', '2026-08-20T01:00:00Z');
    await backUp('two', '2026-08-20T02:00:00Z');
    await writeFile(join(file, '..', `.${'0'.repeat(64)}.blk.unfinished`), 'half a blo');
    await forgetBackup(target, volume, 'two', '2026-08-20T03:00:00Z');
    expect((await blockFiles()).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
    await restoreToFolder(target, volume, 'one', join(root, 'restored'));
    expect(await treeOf(join(root, 'restored'))).toEqual(await treeOf(source));
  });

  test('a deletion removes the blocks that no other backup needs, in any order', async () => {
    await backUp('one', '2026-08-20T01:00:00Z');
    const before = await treeOf(source);
    await writeFile(join(source, 'exact'), randomBytes(block));
    await backUp('two', '2026-08-20T02:00:00Z');
    expect(await readVolumeManifest(target, volume)).toMatchObject({
      LastBackupName: 'two',
      DataStored: String(7 * longhornBlock),
    });
    await forgetBackup(target, volume, 'two', '2026-08-20T03:00:00Z');
    expect(await listBackups(target, volume)).toEqual(['one']);
    expect(await readVolumeManifest(target, volume)).toMatchObject({
      LastBackupName: 'one',
      Labels: { from: 'one' },
      DataStored: String(6 * longhornBlock),
    });
    await restoreToFolder(target, volume, 'one', join(root, 'restored'));
    expect(await treeOf(join(root, 'restored'))).toEqual(before);
    await forgetBackup(target, volume, 'one', '2026-08-20T04:00:00Z');
    expect(await blockFiles()).toEqual([]);
  });

  test('an interrupted restore continues, and writes no complete file again', async () => {
    await backUp('one', '2026-08-20T01:00:00Z');
    const folder = join(root, 'restored');
    const running = restore({ targetFolder: target, volume, backup: 'one' }, folder);
    for (let step = 0; step < 5; step += 1) await running.next();
    await running.return({ files: 0, bytes: 0 });
    const before = await stat(join(folder, 'big'));
    const again = restore({ targetFolder: target, volume, backup: 'one' }, folder);
    const first = await again.next();
    expect(first.done === false && first.value.doneBytes).toBeGreaterThan(before.size);
    await restoreToFolder(target, volume, 'one', folder);
    expect((await stat(join(folder, 'big'))).ino).toBe(before.ino);
    expect(await treeOf(folder)).toEqual(await treeOf(source));
  });

  test('a manifest that would leave the folder is refused', async () => {
    const done = await finish(session('one'));
    const [first, ...others] = done.files;
    if (first === undefined) throw new Error('the source is empty');
    await record('one', '2026-08-20T01:00:00Z', {
      ...done,
      files: [{ ...first, path: '../outside' }, ...others],
    }).catch(() => {});
    await expect(restoreToFolder(target, volume, 'one', join(root, 'restored'))).rejects.toThrow(/leaves the folder/);
  });

  test('a journal line that a kill cut short is skipped', async () => {
    const file = join(root, 'cut.journal');
    await writeFile(file, `\n${'a'.repeat(64)} 10 new\n\n${'b'.repeat(64)} 2`);
    expect(await readJournal(file)).toEqual([{ checksum: 'a'.repeat(64), bytes: 10, kind: 'new' }]);
  });
});

async function treeOf(folder: string) {
  return Array.fromAsync(walkTree(folder), async (found) => ({
    ...found,
    content: found.type === 'file' ? (await readFile(join(folder, found.path))).toString('base64') : undefined,
  }));
}
