/** Contract: a custom resource with a status subresource. Only tests import this. */
import { describe, expect, it, type TestContext } from 'vitest';
import { operations, type Operation, type OperationStatus } from '../../operation/record/schema.ts';
import { expectRefusal, type ContractContext } from './contract-context.ts';

const name = 'soteria-backup-data-20250102-030405';
const pending: OperationStatus = { phase: 'Pending', progress: 0, message: 'waits', steps: [] };

export function testOperations(present: () => ContractContext): void {
  async function createOperation(test: TestContext): Promise<Operation> {
    const { client, namespace, hasOperations } = present();
    if (!hasOperations) test.skip('the CustomResourceDefinition of operations is not installed here');
    return await client.create(operations, {
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { name, namespace },
      spec: { kind: 'Backup', request: { pvc: 'data' } },
    });
  }

  describe('the status subresource', () => {
    it('is not written by create or replace', async (test) => {
      const { client, namespace } = present();
      const created = await createOperation(test);
      expect(created.metadata.generation).toBe(1);
      const tried = { ...created, spec: { ...created.spec, cancelRequested: true }, status: pending };
      const replaced = await client.replace(operations, tried);
      expect(replaced.status).toBeUndefined();
      expect(replaced.spec.cancelRequested).toBe(true);
      expect(replaced.metadata.generation).toBe(2);
      expect(await client.get(operations, { name, namespace })).toEqual(replaced);
    });

    it('is all that a status write writes', async (test) => {
      const { client, namespace } = present();
      const created = await createOperation(test);
      const tried = { ...created, spec: { ...created.spec, cancelRequested: true }, status: pending };
      const replaced = await client.replace(operations, tried, { subresource: 'status' });
      expect(replaced.status).toEqual(pending);
      expect(replaced.spec).toEqual(created.spec);
      expect(replaced.metadata.generation).toBe(1);
      const patch = { spec: { cancelRequested: true }, status: { progress: 40, phase: 'Running' } };
      const patched = await client.patch(operations, { name, namespace }, patch, { subresource: 'status' });
      expect(patched.status).toEqual({ ...pending, phase: 'Running', progress: 40 });
      expect(patched.spec).toEqual(created.spec);
    });

    it('survives a write of the rest', async (test) => {
      const { client, namespace } = present();
      const created = await createOperation(test);
      await client.replace(operations, { ...created, status: pending }, { subresource: 'status' });
      const patch = { metadata: { labels: { seen: 'yes' } }, status: { progress: 99 } };
      const patched = await client.patch(operations, { name, namespace }, patch);
      expect(patched.metadata.labels).toEqual({ seen: 'yes' });
      expect(patched.status).toEqual(pending);
    });

    it('refuses a stale writer, of the status or of the rest alike', async (test) => {
      const { client, namespace } = present();
      const created = await createOperation(test);
      await client.replace(operations, { ...created, status: pending }, { subresource: 'status' });
      const late = { ...created, status: { ...pending, progress: 1 } };
      await expectRefusal('cluster_conflict', client.replace(operations, late, { subresource: 'status' }));
      await expectRefusal('cluster_conflict', client.replace(operations, late));
      expect((await client.get(operations, { name, namespace }))?.status).toEqual(pending);
    });
  });
}
