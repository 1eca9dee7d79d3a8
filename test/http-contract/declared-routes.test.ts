/** The functions mount exactly the routes that the table declares. */
import { routes } from '@soteria/shared/http-contract/routes.ts';
import { expect, it } from 'vitest';
import { createTestBench as createUsageBench } from '../../functions/b2-usage/test-bench.ts';
import { createTestBench as createBackupBench } from '../../functions/backup/test-bench.ts';
import { createTestBench as createConsoleBench } from '../../functions/console/test-bench.ts';
import { createTestBench as createNotifyBench } from '../../functions/notify/test-bench.ts';
import { createTestBench as createPolicyBench } from '../../functions/policy-tick/test-bench.ts';
import { createTestBench as createRestoreBench } from '../../functions/restore/test-bench.ts';

it.each([
  ['backup', createBackupBench],
  ['restore', createRestoreBench],
  ['policy-tick', createPolicyBench],
  ['b2-usage', () => createUsageBench({})],
  ['console', createConsoleBench],
  ['notify', () => createNotifyBench()],
] as const)('function %s mounts what is declared', async (name, createBench) => {
  const { routes: mounted } = await createBench().app.loadRoutes();
  const shown = mounted
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const declared = Object.entries(routes).filter(([, route]) => route.function === name);
  expect(shown.toSorted()).toEqual(declared.map(([route]) => route).toSorted());
});
