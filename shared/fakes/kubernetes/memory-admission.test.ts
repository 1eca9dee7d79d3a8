import { describe, expect, it } from 'vitest';
import { address, at, makeCluster, thing, things } from './memory-fixtures.ts';

describe('admission hooks', () => {
  it('may change what is stored, in a dry run too', async () => {
    const cluster = makeCluster();
    cluster.onAdmit(address, ({ object, operation }) => {
      const metadata = { ...object.metadata, finalizers: ['longhorn.io'] };
      return operation === 'CREATE' ? { object: { ...object, metadata } } : undefined;
    });
    const tried = await cluster.client.create(things, thing('a'), { isDryRun: true });
    expect(tried.metadata.finalizers).toEqual(['longhorn.io']);
    expect(await cluster.client.get(things, { name: 'a', namespace: 'default' })).toBeUndefined();
  });

  it.each([
    [422, 'cluster_refused'],
    [403, 'cluster_forbidden'],
    [500, 'cluster_unavailable'],
  ])('may refuse with %i, and the message reaches the caller', async (code, soteriaCode) => {
    const cluster = makeCluster();
    const message = 'admission webhook "validator.longhorn.io" denied the request: no';
    cluster.onAdmit(address, () => ({ refuse: { code, message } }));
    const refused = cluster.client.create(things, thing('a'));
    await expect(refused).rejects.toMatchObject({ code: soteriaCode });
    await expect(refused).rejects.toThrow(message);
  });

  it('see updates and deletions, but no status writes, and stop when removed', () => {
    const cluster = makeCluster();
    const seen: string[] = [];
    const remove = cluster.onAdmit(address, ({ operation, oldObject }) => {
      seen.push(`${operation} ${oldObject?.metadata.name ?? '-'}`);
      return undefined;
    });
    const one = { ...at, name: 'a' };
    cluster.api.create(at, thing('a'));
    cluster.api.patch(one, (current) => ({ ...current, spec: { x: 1 } }));
    cluster.api.patch(one, (current) => ({ ...current, status: { x: 1 } }), { subresource: 'status' });
    cluster.api.delete(one);
    remove();
    cluster.api.create(at, thing('a'));
    expect(seen).toEqual(['CREATE -', 'UPDATE a', 'DELETE a']);
  });
});
