/** A whole namespace in one request: every claim once, with the claims left out and the failed claims, also when the function is killed meanwhile. */
import type { ChaosSwitches } from '@soteria/local/mesh/chaos.ts';
import { persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { type Claim, type LocalBed, startLocalBed } from './local-bed.ts';
import { contentModes, post } from './send-event.ts';

const claimsOf = (namespace: string, count: number): Claim[] =>
  Array.from({ length: count }, (_, index) => ({ namespace, name: `claim-${String(index).padStart(2, '0')}` }));

describe('the backup of a namespace', () => {
  const chaos: ChaosSwitches = {};
  let bed: LocalBed;
  beforeAll(async () => {
    bed = await startLocalBed({ chaos, retryPace: 20 });
  });
  afterAll(() => bed.stop());

  function ask(namespace: string, more: object = {}): Promise<Response> {
    return fetch(`${bed.local.frontDoorUrl}/v1/backup/namespace`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ namespace, ...more }),
    });
  }

  const parentOf = (namespace: string) =>
    bed.waitForEnd(
      `the backup of namespace ${namespace}`,
      ({ metadata, spec }) => spec.kind === 'NamespaceBackup' && metadata.namespace === namespace,
      60_000,
    );

  async function expectEachOnce(claims: readonly Claim[], parent: string): Promise<void> {
    const children = (await bed.listOperations(claims[0]?.namespace)).filter(
      ({ spec }) => spec.cause?.parent === parent,
    );
    expect(new Set(children.map(({ spec }) => spec.request.pvc))).toEqual(new Set(claims.map(({ name }) => name)));
    expect(children).toHaveLength(claims.length);
    for (const child of children) expect(await bed.compareWithClaim(child)).toEqual([]);
    for (const claim of claims) expect(await bed.listRestorable(claim)).toHaveLength(1);
  }

  it('takes every claim once, leaves out claims that it cannot back up, and reports why', async () => {
    const claims = claimsOf('many', 9);
    await bed.makeClaims([...claims, { namespace: 'many', name: 'private' }]);
    const { client } = bed.local.cluster;
    const optedOut = { namespace: 'many', name: 'private' };
    await client.patch(persistentVolumeClaims, optedOut, { metadata: { labels: { 'soteria.dev/backup': 'false' } } });
    await client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'many', name: 'foreign' },
      spec: { storageClassName: 'other', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const plan = await ask('many', { dry_run: true });
    expect(await plan.json()).toMatchObject({
      dry_run: true,
      claims: claims.map(({ name }) => name),
      skipped: [{ pvc: 'foreign' }, { pvc: 'private', why: 'its label soteria.dev/backup is "false"' }],
    });
    expect(await bed.listOperations('many')).toEqual([]);

    const asked = await ask('many');
    expect(asked.status).toBe(202);
    const parent = await parentOf('many');
    expect(parent.status).toMatchObject({
      phase: 'Succeeded',
      progress: 100,
      result: {
        claimsBackedUp: 9,
        claimsFailed: 0,
        claimsSkipped: 2,
        problems: [expect.stringContaining('foreign: it is '), 'private: its label soteria.dev/backup is "false"'],
      },
    });
    await expectEachOnce(claims, parent.metadata.name);
    const told = await fetch(new URL(asked.headers.get('location') ?? '', bed.local.frontDoorUrl));
    expect(await told.json()).toMatchObject({ kind: 'NamespaceBackup', phase: 'Succeeded', requested_via: 'http' });
  });

  it('continues after the function was killed, without a claim twice', async () => {
    const claims = claimsOf('mortal', 8);
    await bed.makeClaims(claims);
    let strikes = 10;
    chaos.killDuringRequest = ({ service }) => (service === 'backup' && strikes-- > 0 ? 10 : undefined);
    const kind = 'NamespaceBackup' as const;
    await bed.local.cluster.client.create(operations, {
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { generateName: 'soteria-backup-namespace-mortal-', namespace: 'mortal' },
      spec: { kind, request: {} },
    });
    const sweep = {
      type: 'dev.knative.sources.ping',
      source: '/apis/v1/namespaces/soteria/pingsources/sweep',
      data: {},
    };
    await waitUntil(
      'the backup of the namespace has ended',
      async () => {
        await post(bed.local.brokerUrl, contentModes.binary(sweep));
        return (await bed.listOperations('mortal')).some(({ spec, status }) => spec.kind === kind && status?.settled);
      },
      { everyMs: 500, deadlineMs: 45_000 },
    );
    const parent = await parentOf('mortal');
    expect(parent.status).toMatchObject({ phase: 'Succeeded', result: { claimsBackedUp: 8, claimsFailed: 0 } });
    await expectEachOnce(claims, parent.metadata.name);
    expect(strikes).toBeLessThanOrEqual(0);
  });

  it('is refused for an unsigned event and for a missing namespace', async () => {
    const type = 'dev.soteria.namespacebackup.requested.v1';
    const event = { type, data: { namespace: 'many' } };
    expect(await post(bed.local.functionUrl('backup') ?? '', contentModes.structured(event))).toBe(401);
    const absent = await ask('nowhere');
    expect(absent.status).toBe(404);
    expect(await absent.json()).toMatchObject({ code: 'not_found', what: 'namespace nowhere cannot be backed up' });
    expect((await ask('many', { pvc: 'x' })).status).toBe(400);
  });
});
