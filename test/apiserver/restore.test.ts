/**
 * Restores on a real API server of its own, with Longhorn's and Knative's own CRDs: the function with the token of its ServiceAccount and
 * no more rights than the manifests grant.
 */
import { differences, digestFolder } from '@soteria/local/demo/compare-trees.ts';
import type { ChaosSwitches } from '@soteria/local/mesh/chaos.ts';
import { persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { backups, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { heldByLabel, temporaryLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addSecondTarget, makeBackupElsewhere, wakeWhenListed } from '../e2e/migrate.ts';
import { isAbout, type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { createAdminClient } from '../servers/admin-client.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const source = { namespace: 'shop', name: 'data' };
const rbac = 'rbac.authorization.k8s.io';
const group = '/apis/soteria.dev/v1alpha1';

describeWithControllers('restores on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  let token = '';
  const chaos: ChaosSwitches = {};

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath, chaos });
    await bed.makeClaims([source], { 'a/file.txt': 'content', 'b.bin': Buffer.alloc(3_000_000, 7) });
    for (const name of ['copy', 'closed']) {
      await server.adminClient.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    await server.adminClient.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'team', namespace: 'shop' },
    });
    for (const namespace of ['shop', 'copy']) {
      for (const name of ['soteria-operations-edit', 'soteria-operations-view']) {
        await server.adminClient.apply({
          apiVersion: `${rbac}/v1`,
          kind: 'RoleBinding',
          metadata: { name, namespace },
          roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
          subjects: [{ kind: 'ServiceAccount', name: 'team', namespace: 'shop' }],
        });
      }
    }
    token = await mintToken(server.adminClient, { namespace: 'shop', name: 'team' });
    expect((await post('/v1/backup', { namespace: 'shop', pvc: 'data' })).status).toBe(202);
    const backedUp = await bed.waitForEnd('the backup', isAbout(source));
    expect(backedUp.status?.phase, JSON.stringify(backedUp.status)).toBe('Succeeded');
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  async function post(path: string, body: object) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const url = `${bed.local.frontDoorUrl}${path}`;
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  const restore = (target: object) => post('/v1/restores', { namespace: 'shop', pvc: 'data', ...target });
  const named = (name: unknown) => (operation: Operation) => operation.metadata.name === name;

  /** The unfinished objects of restores, and the holders of backups. */
  async function listLeftovers(): Promise<string[]> {
    const { client } = bed.local.cluster;
    const lists = [
      (await client.list(persistentVolumeClaims)).items,
      (await client.list(persistentVolumes)).items,
      (await client.list(volumes)).items,
    ];
    const temporary = lists.flat().filter(({ metadata }) => metadata.labels?.[temporaryLabel] !== undefined);
    const held = (await client.list(backups)).items.filter(
      ({ metadata }) => metadata.labels?.[heldByLabel] !== undefined,
    );
    const watched = lists.flat().filter(({ metadata }) => metadata.labels?.[watchLabel] !== undefined);
    return [...temporary, ...held, ...watched].map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  }

  const nothingIsLeft = () =>
    waitUntil('nothing temporary is left', async () => {
      const left = await listLeftovers();
      if (left.length > 0) throw new Error(left.join(', '));
      return true;
    });

  it('brings a claim into another namespace, byte for byte, for a caller with rights in both', async () => {
    const refused = await restore({ target_namespace: 'closed', target_pvc: 'data' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });

    const asked = await restore({ target_namespace: 'copy', target_pvc: 'data', labels: { tier: 'copy' } });
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const ended = await bed.waitForEnd('the restore', named(asked.body['operation']));
    expect(ended.status?.phase, JSON.stringify(ended.status)).toBe('Succeeded');
    const claim = await bed.local.cluster.client.get(persistentVolumeClaims, { namespace: 'copy', name: 'data' });
    expect(claim).toMatchObject({ status: { phase: 'Bound' }, spec: { storageClassName: 'longhorn' } });
    expect(claim?.metadata.labels).toMatchObject({ tier: 'copy' });
    const [live, restored] = [bed.local.claimFolder('shop', 'data'), bed.local.claimFolder('copy', 'data')];
    expect(differences(await digestFolder(live), await digestFolder(restored))).toEqual([]);
    await nothingIsLeft();
  });

  it('never overwrites: 409 before anything is made', async () => {
    const before = await bed.listOperations('copy');
    const again = await restore({ target_namespace: 'copy', target_pvc: 'data' });
    expect(again).toMatchObject({ status: 409, body: { code: 'target_exists' } });
    expect(await bed.listOperations('copy')).toHaveLength(before.length);
  });

  it('is requested by an Operation, unless its maker has no right in the source namespace', async () => {
    const team = createAdminClient({ url: server.url, caPem: server.caPem, token });
    const operation = (namespace: string) => ({
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { generateName: 'soteria-restore-mine-', namespace: 'copy' },
      spec: { kind: 'Restore', request: { namespace, pvc: 'data', targetPvc: 'mine' } },
    });
    const path = `${group}/namespaces/copy/operations`;
    const foreign = await team.call<{ message: string }>('POST', path, operation('closed'));
    expect(foreign.body.message).toContain('may not create operations.soteria.dev in the source namespace closed');
    const made = await team.call<{ metadata: { name: string } }>('POST', path, operation('shop'));
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const ended = await bed.waitForEnd('the restore', named(made.body.metadata.name));
    expect(ended.status?.phase, JSON.stringify(ended.status)).toBe('Succeeded');
    team.close();
    await nothingIsLeft();
  });

  it('brings a whole namespace into another one, each claim once', async () => {
    const target = 'copy';
    const body = { namespace: 'shop', target_namespace: target, name_suffix: '-of-all' };
    const asked = await post('/v1/restores/namespace', body);
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const ended = await bed.waitForEnd('the restore of the namespace', named(asked.body['operation']), 60_000);
    expect(ended.status, JSON.stringify(ended.status)).toMatchObject({
      phase: 'Succeeded',
      result: { claimsRestored: 1, claimsFailed: 0, problems: [] },
    });
    const [live, restored] = [bed.local.claimFolder('shop', 'data'), bed.local.claimFolder(target, 'data-of-all')];
    expect(differences(await digestFolder(live), await digestFolder(restored))).toEqual([]);
    const refused = await post('/v1/restores/namespace', { namespace: 'shop', target_namespace: 'closed' });
    expect(refused.status).toBe(403);
    await nothingIsLeft();
  });

  it('makes one claim when two Operations want the same, and gives the other the reason', async () => {
    const answers = await Promise.all([restore({ target_pvc: 'raced' }), restore({ target_pvc: 'raced' })]);
    const asked = answers.filter(({ status }) => status === 202).map(({ body }) => body['operation']);
    expect(asked.length).toBeGreaterThan(0);
    const ended = await Promise.all(asked.map((name) => bed.waitForEnd('the restore', named(name))));
    expect(ended.filter(({ status }) => status?.phase === 'Succeeded')).toHaveLength(1);
    const others = ended.filter(({ status }) => status?.phase !== 'Succeeded');
    expect(others.map(({ status }) => status?.error?.code)).toEqual(others.map(() => 'target_exists'));
    await nothingIsLeft();
  });

  it('grows what is restored with a larger size', async () => {
    const asked = await restore({ target_pvc: 'larger', size: '2Gi' });
    const ended = await bed.waitForEnd('the restore', named(asked.body['operation']));
    expect(ended.status?.phase, JSON.stringify(ended.status)).toBe('Succeeded');
    const claim = await bed.local.cluster.client.get(persistentVolumeClaims, { namespace: 'shop', name: 'larger' });
    expect(claim).toMatchObject({ spec: { resources: { requests: { storage: '2Gi' } } } });
    expect(claim?.status?.capacity).toEqual({ storage: String(2 * 1024 ** 3) });
  });

  it('accepts a backup of another cluster by its URL, and makes Longhorn read its store first', async () => {
    const elsewhere = await makeBackupElsewhere(source, { 'moved.txt': 'moved' });
    const { url, folder } = await addSecondTarget(bed);
    await elsewhere.copyTo(folder);
    const backupUrl = `${url}?backup=${elsewhere.backup}&volume=${elsewhere.volume}`;
    const asked = await restore({ target_pvc: 'moved', backup_url: backupUrl });
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const name = String(asked.body['operation']);
    await wakeWhenListed(bed, elsewhere.backup, { namespace: 'shop', name });
    const ended = await bed.waitForEnd('the restore', named(name));
    expect(ended.status?.phase, JSON.stringify(ended.status)).toBe('Succeeded');
    expect(differences(elsewhere.original, await digestFolder(bed.local.claimFolder('shop', 'moved')))).toEqual([]);
    await elsewhere.forget();
  }, 60_000);

  it('leaves nothing behind when its Operation is deleted while it is open', async () => {
    bed.local.faults.set('stuckRestore', true);
    const asked = await restore({ target_pvc: 'deleted' });
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    expect(await listLeftovers()).not.toEqual([]);
    const name = String(asked.body['operation']);
    await server.adminClient.must('DELETE', `${group}/namespaces/shop/operations/${name}`);
    await nothingIsLeft();
    bed.local.faults.set('stuckRestore', false);
    const claim = await bed.local.cluster.client.get(persistentVolumeClaims, { namespace: 'shop', name: 'deleted' });
    expect(claim).toBeUndefined();
  });

  it('leaves nothing behind when it is cancelled halfway', async () => {
    bed.local.faults.set('stuckRestore', true);
    const asked = await restore({ target_pvc: 'cancelled' });
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    expect(await listLeftovers()).not.toEqual([]);
    const name = asked.body['operation'];
    const cancelled = await post(`/v1/restores/${String(name)}/cancel?namespace=shop`, {});
    expect(cancelled.status, JSON.stringify(cancelled.body)).toBe(202);
    const ended = await bed.waitForEnd('the restore', named(name));
    expect(ended.status).toMatchObject({ phase: 'Cancelled', error: { code: 'cancelled' } });
    bed.local.faults.set('stuckRestore', false);
    await nothingIsLeft();
    const claim = await bed.local.cluster.client.get(persistentVolumeClaims, { namespace: 'shop', name: 'cancelled' });
    expect(claim).toBeUndefined();
  });

  it('converges with the function killed again and again while it works', async () => {
    let kills = 0;
    chaos.killDuringRequest = ({ service }) => {
      if (service !== 'restore' || kills >= 5) return undefined;
      kills += 1;
      return kills * 12;
    };
    const made = await server.adminClient.must<{ metadata: { name: string } }>(
      'POST',
      `${group}/namespaces/shop/operations`,
      {
        apiVersion: 'soteria.dev/v1alpha1',
        kind: 'Operation',
        metadata: { generateName: 'soteria-restore-killed-', namespace: 'shop' },
        spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'killed' } },
      },
    );
    const ended = await bed.waitForEnd('the restore', named(made.metadata.name), 100_000);
    delete chaos.killDuringRequest;
    expect(kills).toBeGreaterThan(3);
    expect(ended.status?.phase, JSON.stringify(ended.status)).toBe('Succeeded');
    const [live, restored] = [bed.local.claimFolder('shop', 'data'), bed.local.claimFolder('shop', 'killed')];
    expect(differences(await digestFolder(live), await digestFolder(restored))).toEqual([]);
    await nothingIsLeft();
  }, 120_000);

  it('never lacked a right', () => {
    const lines = bed.activities.flatMap((one) => (one.kind === 'log' ? [one.line] : []));
    expect(lines.filter((line) => line.includes('cluster_forbidden'))).toEqual([]);
  });
});
