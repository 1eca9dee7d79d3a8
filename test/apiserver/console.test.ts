/** The console on a real API server, with no more rights than the manifests grant: what it lists, and to whom. */
import type { inventoryAnswer } from '@soteria/shared/http-contract/console-answers.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as z from 'zod';
import { isAbout, type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';

type Inventory = z.infer<typeof inventoryAnswer>;

const [own, other] = ['sample', 'elsewhere'];

describeWithControllers('the console on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  let operator = '';
  let member = '';

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath, hasSample: true });
    await bed.makeClaims([{ namespace: other, name: 'data' }]);
    operator = await accountWith('operator', 'cluster-admin', 'ClusterRoleBinding');
    member = await accountWith('member', 'soteria-operations-view', 'RoleBinding');
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  async function accountWith(name: string, role: string, kind: string): Promise<string> {
    const admin = server.adminClient;
    await admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: own } });
    await admin.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name: `console-${name}`, ...(kind === 'RoleBinding' ? { namespace: own } : {}) },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name, namespace: own }],
    });
    return mintToken(admin, { namespace: own, name });
  }

  function call(path: string, token: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return fetch(new URL(path, bed.local.functionUrl('console')), { ...init, headers });
  }

  async function inventory(query: string, token: string): Promise<Inventory> {
    const answer = await call(`/v1/inventory${query}`, token);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Inventory;
  }

  const rowOf = ({ namespaces }: Inventory, pvc: string) =>
    namespaces.flatMap(({ pvcs }) => pvcs).find((row) => row.pvc === pvc);

  it('lists every claim with its backups', async () => {
    const body = JSON.stringify({ namespace: own, pvc: 'notes' });
    const headers = { authorization: `Bearer ${operator}`, 'content-type': 'application/json' };
    await fetch(new URL('/v1/backup', bed.local.frontDoorUrl), { method: 'POST', headers, body });
    await bed.waitForEnd('the backup', isAbout({ namespace: own, name: 'notes' }));
    const all = await inventory('', operator);
    expect(all.problems).toEqual([]);
    expect(all.namespaces.map(({ name }) => name)).toEqual([other, own]);
    expect(rowOf(all, 'notes')).toMatchObject({ backup_count: 1, driver: 'longhorn', running: null });
  });

  it('comes in pages', async () => {
    const pvcs: string[] = [];
    let query = '?limit=1';
    for (let page = 0; page < 20 && query !== ''; page += 1) {
      const { namespaces, next } = await inventory(query, operator);
      pvcs.push(...namespaces.flatMap(({ name, pvcs: rows }) => rows.map(({ pvc }) => `${name}/${pvc}`)));
      query = next === undefined ? '' : `?limit=1&next=${next}`;
    }
    expect(pvcs).toEqual(pvcs.toSorted());
    expect(new Set(pvcs).size).toBe(pvcs.length);
    expect(pvcs).toContain(`${own}/notes`);
    expect(pvcs).toContain(`${other}/data`);
  });

  it('shows a member of one team that team’s namespace and no other', async () => {
    const seen = await inventory('', member);
    expect(seen.namespaces.map(({ name }) => name)).toEqual([own]);
    expect((await call(`/v1/inventory?namespace=${other}`, member)).status).toBe(403);
    const me = (await (await call(`/v1/whoami?namespace=${own}`, member)).json()) as object;
    expect(me).toMatchObject({
      user: `system:serviceaccount:${own}:member`,
      proof: 'token',
      may: { list: true, create: false },
    });
    expect((await call('/v1/inventory', 'wrong')).status).toBe(401);
  });
});
