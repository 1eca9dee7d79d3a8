/**
 * What every adapter of the Kubernetes port does alike: run on the in-memory cluster, on the local store and on a real API
 * server, so that a test on the fake says something about the real thing. Only tests import this.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import type { ContractContext } from './contract-context.ts';
import { testLists } from './contract-lists.ts';
import { testOperations } from './contract-operations.ts';
import { testReads } from './contract-reads.ts';
import { testWatches } from './contract-watches.ts';
import { testWrites } from './contract-writes.ts';

export type { ContractContext } from './contract-context.ts';

/** `makeContext` is called once per test. */
export function describeKubernetesContract(name: string, makeContext: () => Promise<ContractContext>): void {
  describe(`the Kubernetes contract on ${name}`, () => {
    let context: ContractContext;
    beforeEach(async () => {
      context = await makeContext();
    });
    afterEach(async () => {
      await context.stop?.();
    });
    const present = (): ContractContext => context;
    testReads(present);
    testWrites(present);
    testLists(present);
    testWatches(present);
    testOperations(present);
  });
}
