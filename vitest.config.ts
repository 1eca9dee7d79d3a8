import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'shared/**/*.test.ts',
            'functions/**/*.test.ts',
            'local/**/*.test.ts',
            'runner/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude,
        },
      },
      {
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, 'test/apiserver/**'],
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
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
