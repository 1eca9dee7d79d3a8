/** The Job of a restore test checks a restored claim: on the embedded default, with the bundle of the image. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { differences, digestFolder } from '@soteria/local/demo/compare-trees.ts';
import { jobs, pods } from '@soteria/shared/kubernetes/core-types.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { readOutcome } from '@soteria/shared/verification/read-outcome.ts';
import { type VerificationChecks, verificationJob } from '@soteria/shared/verification/verification-job.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { isAbout, type LocalBed, startLocalBed } from './local-bed.ts';

const source = { namespace: 'shop', name: 'data' };
const proof = 'soteria-proof';
const claim = 'proof-data';
const bigBytes = 5 * 1024 * 1024;

describe('a verification on the embedded default', () => {
  let bed: LocalBed;
  let original: Map<string, string>;

  beforeAll(async () => {
    bed = await startLocalBed({ sleepPace: 60 });
    await bed.makeClaims([source], { 'big.raw': randomBytes(bigBytes), 'deep/file.txt': 'content', empty: '' });
    original = await digestFolder(bed.local.claimFolder(source.namespace, source.name));
    await send('/v1/backup', { namespace: source.namespace, pvc: source.name });
    await bed.waitForEnd('the backup', isAbout(source));
    expect((await restoreInto(claim)).status?.phase).toBe('Succeeded');
  });
  afterAll(() => bed.stop());

  async function send(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${bed.local.frontDoorUrl}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.status, await answer.text()).toBe(202);
  }

  async function restoreInto(target: string): Promise<Operation> {
    const { namespace, name } = source;
    await send('/v1/restores', { namespace, pvc: name, target_namespace: proof, target_pvc: target });
    const isMeant = ({ spec }: Operation) => spec.kind === 'Restore' && spec.request.targetPvc === target;
    return bed.waitForEnd(`the restore into ${target}`, isMeant, 60_000);
  }

  async function verify(name: string, checks: VerificationChecks) {
    const { client } = bed.local.cluster;
    const draft = verificationJob({
      operation: { uid: name, name, namespace: proof },
      namespace: proof,
      claim,
      image: 'ghcr.io/soteria-dev/soteria:0.1.0',
      checks,
      deadlineSeconds: 60,
      ttlSeconds: 600,
    });
    const job = await client.create(jobs, draft);
    const at = { name: job.metadata.name, namespace: proof };
    const outcome = await waitUntil('there is a verdict', async () => {
      const found = await client.get(jobs, at);
      if (found === undefined) return false;
      const told = readOutcome(found, (await client.list(pods, { namespace: proof })).items);
      return told.state === 'ended' && told;
    });
    await client.delete(jobs, at, { propagationPolicy: 'Background' });
    await waitUntil('its Pod is gone', async () => (await client.list(pods, { namespace: proof })).items.length === 0);
    return outcome;
  }

  it('proves a restored claim against its record, down to the checksums', async () => {
    const bytes = bigBytes + 'content'.length;
    const outcome = await verify('good', { expectFiles: 3, expectBytes: bytes, sampleChecksums: 10 });
    expect(outcome).toMatchObject({
      outcome: 'verified',
      verdict: { strength: 'counts', weaker: [], files: 3, bytes, sampled: 3 },
    });
    const lines = [...original]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, sha256]) => `${sha256}  ${path}\n`);
    expect(outcome.verdict?.sampleDigest).toBe(createHash('sha256').update(lines.join('')).digest('hex'));
    const restored = await digestFolder(bed.local.claimFolder(proof, claim));
    expect(differences(original, restored)).toEqual([]);
  });

  it('reports what is missing when nothing was recorded', async () => {
    expect(await verify('weak', {})).toMatchObject({
      outcome: 'verified',
      verdict: { strength: 'mounts', weaker: ['no_baseline', 'nothing_read'] },
    });
  });

  it('refutes a claim that differs from its record', async () => {
    expect(await verify('short', { expectFiles: 4 })).toMatchObject({
      outcome: 'refuted',
      why: 'files: 3 found, 4 are recorded of this restore point',
    });
  });

  it('does not run when the stored blocks are damaged: the restore itself refutes the point', async () => {
    const folder = join(bed.local.targetFolder, 'backupstore');
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const block = files.find((one) => one.isFile() && one.name.endsWith('.blk'));
    if (block === undefined) throw new Error(`${folder} holds no block`);
    await writeFile(join(block.parentPath, block.name), 'damaged on purpose');
    const operation = await restoreInto('proof-damaged');
    expect(operation.status).toMatchObject({ phase: 'Failed', error: { code: 'restore_failed' } });
  });
});
