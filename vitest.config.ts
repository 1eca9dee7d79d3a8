import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**'];
/** Vitest leaves one processor free; half of two is too much to leave. */
const maxWorkers = availableParallelism();

export default defineConfig({
  test: {
    // What makes `npm run check` run every unit test. A package.json does not: its scripts change no test, and its dependencies change the lock file.
    forceRerunTriggers: ['**/vitest.config.ts', '**/package-lock.json'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'shared/**/*.test.ts',
            'drivers/**/*.test.ts',
            'functions/**/*.test.ts',
            'local/**/*.test.ts',
            'runner/**/*.test.ts',
            'bench/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude,
          maxWorkers,
          // A worker loads each module once for all of its files.
          isolate: false,
          setupFiles: ['test/one-process/leave-nothing.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...exclude,
            'test/apiserver/**',
            'test/console/**',
            'test/knative/**',
            'test/longhorn/**',
            'test/rights/**',
          ],
          maxWorkers,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // One API server for all of its files, which run one after another: they share the cluster-wide objects too.
        test: {
          name: 'apiserver',
          include: ['test/apiserver/**/*.test.ts'],
          exclude,
          globalSetup: ['test/servers/global-setup.ts'],
          setupFiles: ['test/http-contract/check-every-answer.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // Each file starts an API server and Knative's data plane of its own: one after another.
        test: {
          name: 'knative',
          include: ['test/knative/**/*.test.ts'],
          exclude,
          // A dozen programs with deadlines of their own share two cores. A test that needed its second try says so in the report.
          retry: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 600_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Each file starts an API server of its own, with Longhorn's webhook before it.
        test: {
          name: 'longhorn',
          include: ['test/longhorn/**/*.test.ts'],
          exclude,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // A browser and the whole product at once: one file after another.
        test: {
          name: 'console',
          include: ['test/console/**/*.test.ts'],
          exclude,
          globalSetup: ['test/console/build-page.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // After all others: it reads what they had the functions do.
        test: { name: 'rights', include: ['test/rights/**/*.test.ts'], exclude, sequence: { groupOrder: 4 } },
      },
    ],
  },
});
