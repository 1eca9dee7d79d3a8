/** Restore tests on the embedded default: a verdict with its times, and no object left. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { jobs, persistentVolumeClaims, persistentVolumes, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { type Claim, isAbout, type LocalBed, startLocalBed } from './local-bed.ts';

const source = { namespace: 'shop', name: 'data' };
const app = { namespace: 'shop', name: 'app' };
const bigBytes = 3 * 1024 * 1024;

/** The state after a power failure: the last rows are in the log alone. */
async function makeDatabase(): Promise<Record<string, Buffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-'));
  const path = join(folder, 'notes');
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE notes(text)');
    const insert = database.prepare('INSERT INTO notes VALUES (?)');
    for (let row = 0; row < 500; row += 1) insert.run(`note ${row}`);
    return { 'data/notes': await readFile(path), 'data/notes-wal': await readFile(`${path}-wal`) };
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
}

describe('a restore test on the embedded default', () => {
  let bed: LocalBed;
  const seen = new Set<string>();

  beforeAll(async () => {
    bed = await startLocalBed({ sleepPace: 60 });
    await bed.makeClaims([source], { 'big.raw': randomBytes(bigBytes), 'deep/file.txt': 'content' });
    await backUp(source);
    await bed.makeClaims([app], await makeDatabase());
    await backUp(app);
  });
  afterAll(() => bed.stop());

  async function post(path: string, more: object) {
    const answer = await fetch(`${bed.local.frontDoorUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ namespace: source.namespace, pvc: source.name, ...more }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  async function send(path: string, more: object): Promise<void> {
    const { status, text } = await post(path, more);
    expect(status, text).toBe(202);
  }

  async function listPoints(): Promise<unknown> {
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/backups?namespace=shop&pvc=data`);
    return ((await answer.json()) as { items: unknown }).items;
  }

  /** Name of the backup: instants are whole seconds, and within one `latest` may be either. */
  async function backUp({ namespace, name }: Claim): Promise<string | undefined> {
    await send('/v1/backup', { namespace, pvc: name });
    const isNew = (one: Operation) => isAbout({ namespace, name })(one) && !seen.has(one.metadata.uid);
    const backup = await bed.waitForEnd('the backup', isNew);
    seen.add(backup.metadata.uid);
    expect(backup.status?.phase).toBe('Succeeded');
    return backup.status?.result?.backup;
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

  it('proves a point, and reports its times and checks', async () => {
    const operation = await test({ verify: { files: { min: 2, min_bytes: bigBytes, sample_checksums: 10 } } });
    expect(operation.metadata.namespace).toBe(source.namespace);
    expect(operation.status).toMatchObject({
      phase: 'Succeeded',
      result: {
        restoreMs: expect.any(Number),
        proof: {
          outcome: 'verified',
          strength: 'counts',
          weaker: ['no_baseline'],
          verifiers: ['files'],
          files: 2,
          sampled: 2,
        },
      },
    });
    const { proof, restoreMs = 0 } = operation.status?.result ?? {};
    expect(proof?.totalMs).toBeGreaterThanOrEqual(restoreMs);
    expect(proof?.bytes).toBe(String(bigBytes + 'content'.length));
    await expectNothingLeft(operation);
  });

  it.each([
    { asks: 'for more than the point was proved to hold', files: { min: 3 }, why: '2 found, at least 3' },
    {
      asks: 'for a manifest that was never there',
      files: { manifest: 'deep/SUM' },
      why: 'deep/SUM is not in the claim',
    },
    { asks: 'for a manifest that is a folder', files: { manifest: 'deep' }, why: 'deep is no regular file' },
  ])('neither proves nor refutes a point when the request asks $asks, and the proof stands', async ({ files, why }) => {
    const operation = await test({ verify: { files } });
    expect(operation.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'restore_unproved', why: expect.stringContaining(why) },
      result: { proof: { outcome: 'inconclusive' } },
    });
    await expectNothingLeft(operation);
    expect(await listPoints()).toMatchObject([{ verified_strength: 'counts', refuted_at: null }]);
  });

  it('compares a point that was proved before with the earlier proof', async () => {
    const operation = await test({ verify: { files: { sample_checksums: 2 } } });
    expect(operation.status).toMatchObject({
      phase: 'Succeeded',
      result: { proof: { strength: 'counts', weaker: [], files: 2 } },
    });
    await expectNothingLeft(operation);
  });

  it('opens the databases of a claim, with the rows in their logs', async () => {
    const operation = await test({ pvc: app.name, verify: { database: 'sqlite' } });
    expect(operation.status, JSON.stringify(operation.status)).toMatchObject({
      phase: 'Succeeded',
      result: { proof: { strength: 'application', verifiers: ['database'] } },
    });
    await expectNothingLeft(operation);
    const refused = await post('/v1/restore-test', { pvc: app.name, verify: { database: 'postgres' } });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('only sqlite is looked into by this version');
  });

  it('compares a claim with its own record, and reports how far it has shrunk', async () => {
    const { 'data/notes': notes = Buffer.of() } = await makeDatabase();
    const folder = bed.local.claimFolder(app.namespace, app.name);
    await rm(join(folder, 'data'), { recursive: true });
    await bed.writeInto(app, 'a', notes);
    await bed.writeInto(app, '.soteria/SHA256SUMS', `${createHash('sha256').update(notes).digest('hex')}  a\n`);
    const before = await backUp(app);
    const proved = await test({ pvc: app.name, snapshot: before, verify: { files: { max_drop_percent: 100 } } });
    expect(proved.status, JSON.stringify(proved.status)).toMatchObject({
      phase: 'Succeeded',
      result: { proof: { strength: 'checksums', sampled: 1, weaker: [] } },
    });
    await bed.writeInto(app, 'a', 'as good as empty');
    await rm(join(folder, '.soteria'), { recursive: true });
    const after = await backUp(app);
    const shrunken = await test({ pvc: app.name, snapshot: after });
    expect(shrunken.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'restore_unproved', why: expect.stringContaining('drop_of_bytes: 16 bytes') },
      result: { proof: { outcome: 'inconclusive', verifiers: [] } },
    });
    await expectNothingLeft(shrunken);
  });

  it('shows in the list of restore points', async () => {
    expect(await listPoints()).toMatchObject([
      { verified_at: expect.any(String), verified_strength: 'counts', refuted_at: null },
    ]);
  });

  const ownImage = 'ghcr.io/soteria-dev/soteria:0.1.0';
  const node = (script: string) => ({ image: ownImage, argv: ['/nodejs/bin/node', '-e', script] });

  it('ends with a command of the user, on files that it cannot change', async () => {
    const reads = "require('node:fs').accessSync('deep/file.txt')";
    const good = await test({ verify: { command: node(reads) } });
    expect(good.status, JSON.stringify(good.status)).toMatchObject({
      phase: 'Succeeded',
      result: { proof: { strength: 'application', verifiers: ['command'] } },
    });
    await expectNothingLeft(good);
    const writes = "require('node:fs').writeFileSync('new', 'x')";
    const bad = await test({ verify: { command: node(writes) } });
    expect(bad.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'restore_refuted', why: expect.stringContaining('command: exit code 1') },
    });
    await expectNothingLeft(bad);
  });

  it('reaches no verdict when the command cannot run: here, because its image is foreign', async () => {
    const operation = await test({ verify: { command: { image: 'postgres:17', argv: ['true'] } } });
    expect(operation.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'restore_unproved', why: expect.stringContaining('postgres:17') },
      result: { proof: { outcome: 'inconclusive', files: 2 } },
    });
    await expectNothingLeft(operation);
  });

  it('is refused where there is no namespace for it', async () => {
    const { status, text } = await post('/v1/restore-test', { test_namespace: 'nowhere' });
    expect(status, text).toBe(404);
    expect(text).toContain('kubectl create namespace nowhere');
  });

  it('refutes a point whose stored blocks are damaged, and leaves nothing of it', async () => {
    const files = await readdir(join(bed.local.targetFolder, 'backupstore'), { recursive: true, withFileTypes: true });
    const blocks = files.filter((one) => one.isFile() && one.name.endsWith('.blk'));
    expect(blocks.length).toBeGreaterThan(0);
    for (const { parentPath, name } of blocks) await writeFile(join(parentPath, name), 'damaged on purpose');
    const operation = await test();
    expect(operation.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'restore_failed' },
      result: { proof: { outcome: 'refuted' } },
    });
    await expectNothingLeft(operation);
    expect(await listPoints()).toMatchObject([{ verified_at: null, refuted_at: expect.any(String) }]);
  });
});
