/** The main job on the embedded default: three doors, one record, and the claim's bytes on the target. */
import { join } from 'node:path';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKubectl, kubectlFix, kubectlFor, type Kubectl } from '../store/kubectl.ts';
import { repositoryDir } from '../manifests/installation.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { backUpAllAtOnce } from './claims-alike.ts';
import { type Claim, isAbout, type LocalBed, startLocalBed } from './local-bed.ts';
import { backupRequested, type ContentMode, contentModes, post } from './send-event.ts';

const binary = findKubectl();
if (binary === undefined) console.warn(`SKIPPED: kubectl against the whole product did not run: ${kubectlFix}`);
const mebibyte = 1024 * 1024;

describe('the main job on the embedded default', () => {
  let bed: LocalBed;
  const claims = {
    http: { namespace: 'doors', name: 'by-http' },
    binary: { namespace: 'doors', name: 'by-binary-event' },
    structured: { namespace: 'doors', name: 'by-structured-event' },
    kept: { namespace: 'doors', name: 'kept' },
  } as const satisfies Record<string, Claim>;

  beforeAll(async () => {
    bed = await startLocalBed({ hasSample: true, sleepPace: 60 });
    await bed.makeClaims(Object.values(claims), {
      'big.raw': Buffer.alloc(5 * mebibyte, 'not all zero '),
      'deep/down/file.txt': 'content',
      empty: '',
    });
  });
  afterAll(() => bed.stop());

  const about = ({ name }: Claim) => `the backup of ${name}`;

  function kubectl(): Kubectl {
    return kubectlFor(binary ?? '', bed.local.kubeconfigPath, bed.dataDir);
  }

  async function expectOneGoodBackup(claim: Claim): Promise<void> {
    const operation = await bed.waitForEnd(about(claim), isAbout(claim));
    expect(operation.status).toMatchObject({ phase: 'Succeeded', progress: 100 });
    expect((await bed.listRestorable(claim)).map(({ name }) => name)).toEqual([operation.status?.result?.backup]);
    expect(await bed.compareWithClaim(operation)).toEqual([]);
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/backups?namespace=${claim.namespace}&pvc=${claim.name}`);
    expect(await answer.json()).toMatchObject({
      items: [{ id: operation.status?.result?.restorePoint, state: 'Completed', restorable: true, origin: 'own' }],
    });
    if (binary === undefined) return;
    const { stdout } = await kubectl().run(['get', 'operations', '-A']);
    expect(stdout).toMatch(/^NAMESPACE +NAME +KIND +CLAIM +PHASE +PROGRESS +PARTIAL +MESSAGE +AGE/);
    expect(stdout).toMatch(new RegExp(`${operation.metadata.name} +Backup +${claim.name} +Succeeded +100 `));
  }

  it('is requested by HTTP: 202, a Location that shows the end, one good backup', async () => {
    const { frontDoorUrl } = bed.local;
    const answer = await fetch(`${frontDoorUrl}/v1/backup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ namespace: claims.http.namespace, pvc: claims.http.name }),
    });
    expect(answer.status).toBe(202);
    await expectOneGoodBackup(claims.http);
    const told = await fetch(new URL(answer.headers.get('location') ?? '/nowhere', frontDoorUrl));
    expect(await told.json()).toMatchObject({ phase: 'Succeeded', requested_by: 'anonymous', requested_via: 'http' });
  });

  it.each(Object.keys(contentModes) as ContentMode[])('is requested by a CloudEvent in %s mode', async (mode) => {
    const claim = claims[mode];
    const event = { type: backupRequested, data: { namespace: claim.namespace, pvc: claim.name } };
    expect(await post(bed.local.brokerUrl, contentModes[mode](event))).toBe(202);
    await expectOneGoodBackup(claim);
  });

  it.skipIf(binary === undefined)('is asked for by kubectl, waited for by kubectl', async () => {
    const example = join(repositoryDir, 'examples/backup.yaml');
    const created = await kubectl().run(['create', '-f', example, '-o', 'name']);
    expect(created.stderr).toBe('');
    const name = created.stdout.trim();
    for (const condition of ['Succeeded', 'Complete']) {
      const waited = await kubectl().run([
        'wait',
        `--for=condition=${condition}`,
        name,
        '-n',
        'sample',
        '--timeout=25s',
      ]);
      expect(waited.stdout + waited.stderr).toContain('condition met');
    }
    await expectOneGoodBackup({ namespace: 'sample', name: 'notes' });
  });

  it('makes as many backups as claims, however alike their names, in one and the same second', () =>
    backUpAllAtOnce(bed));

  it('lets its functions sleep, and wakes them again', async () => {
    const sleeping = await waitUntil('backup sleeps', () => {
      const last = bed.activities.findLast(
        (one) => (one.kind === 'woke' || one.kind === 'slept') && one.service === 'backup',
      );
      return last?.kind === 'slept' && bed.activities.length;
    });
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/backups`);
    expect(answer.status).toBe(200);
    expect(bed.activities.slice(sleeping)).toContainEqual(expect.objectContaining({ kind: 'woke', service: 'backup' }));
    expect(bed.activities.filter(({ kind }) => kind === 'crashed')).toEqual([]);
  });

  it('keeps everything over a restart: records, restore points, and the base of the next increment', async () => {
    const ask = async () => {
      const before = new Set((await bed.listOperations()).map(({ metadata }) => metadata.uid));
      const event = { type: backupRequested, data: { namespace: claims.kept.namespace, pvc: claims.kept.name } };
      expect(await post(bed.local.brokerUrl, contentModes.binary(event))).toBe(202);
      const isNew = (one: Operation) => isAbout(claims.kept)(one) && !before.has(one.metadata.uid);
      return bed.waitForEnd(about(claims.kept), isNew);
    };
    const first = await ask();
    const before = await bed.listOperations();
    await bed.restart();
    expect(await bed.listOperations()).toEqual(before);
    expect(await bed.listRestorable(claims.kept)).toHaveLength(1);
    expect(await bed.compareWithClaim(first)).toEqual([]);

    await bed.writeInto(claims.kept, 'new.txt', 'written after the restart');
    const second = await ask();
    expect(second.status?.phase).toBe('Succeeded');
    expect(await bed.compareWithClaim(second)).toEqual([]);
    expect(await bed.compareWithClaim(first)).toEqual(['new.txt']);
    const uploaded = [first, second].map(({ status }) => Number(status?.result?.uploadedBytes));
    expect(uploaded[0]).toBeGreaterThan(1000);
    expect(uploaded[1]).toBeLessThan(100);
    expect(await bed.listRestorable(claims.kept)).toHaveLength(2);
  });
});
