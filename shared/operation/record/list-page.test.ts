import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AfterOperation, listPage } from './list-page.ts';
import type { Operation } from './schema.ts';
import { byAge } from './store.ts';

function operationOf([second, uid]: readonly [number, string]): Operation {
  const creationTimestamp = new Date(second * 1000).toISOString();
  const metadata = { name: uid, namespace: 'shop', uid, resourceVersion: '1', creationTimestamp };
  return { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', metadata, spec: { kind: 'Backup', request: {} } };
}

function storeOf(operations: readonly Operation[]) {
  return {
    async *each() {
      await Promise.resolve();
      yield* operations;
    },
  };
}

const some = fc
  .uniqueArray(fc.tuple(fc.nat(5), fc.uuid()), { selector: ([, uid]) => uid, maxLength: 30 })
  .map((all) => all.map(operationOf));

describe('the pages of a list of Operations', () => {
  it('hold each Operation once, newest first, in whatever order the API server lists them', async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 1, max: 7 }), async (operations, limit) => {
        const seen: Operation[] = [];
        let after: AfterOperation | undefined;
        do {
          const page = await listPage(storeOf(operations), { limit, after, isListed: () => true });
          expect(page.operations.length).toBeLessThanOrEqual(limit);
          seen.push(...page.operations);
          after = page.next;
        } while (after !== undefined);
        expect(seen).toEqual(operations.toSorted((a, b) => byAge(b, a)));
      }),
    );
  });

  it('hold only what is asked for', async () => {
    const operations = [operationOf([1, 'a']), operationOf([2, 'b'])];
    const isListed = ({ metadata }: Operation) => metadata.uid === 'a';
    const page = await listPage(storeOf(operations), { limit: 1, isListed });
    expect(page).toEqual({ operations: [operations[0]], next: undefined });
    expect(await listPage(storeOf(operations), { limit: 1, phase: 'Running', isListed })).toMatchObject({
      operations: [],
    });
  });
});
