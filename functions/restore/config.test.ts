import { describe, expect, it } from 'vitest';
import { readRestoreSettings } from './config.ts';

describe('the settings of the function restore', () => {
  it('bound what restore tests cost, generously', () => {
    expect(readRestoreSettings({}).rules).toMatchObject({ maxParallelTests: 3, maxTestBytesPerDay: 2n ** 41n });
    const { rules } = readRestoreSettings({
      SOTERIA_RESTORE_TEST_MAX_PARALLEL: '1',
      SOTERIA_RESTORE_TEST_MAX_BYTES_PER_DAY: '500Gi',
    });
    expect(rules).toMatchObject({ maxParallelTests: 1, maxTestBytesPerDay: 500n * 2n ** 30n });
  });

  it.each([
    ['SOTERIA_RESTORE_TEST_MAX_PARALLEL', '0', 'a whole number from 1 to 100'],
    ['SOTERIA_RESTORE_TEST_MAX_BYTES_PER_DAY', 'a lot', 'a quantity of bytes such as 500Gi or 2Ti'],
  ])('%s is not %j', (name, value, allowed) => {
    expect(() => readRestoreSettings({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'invalid_settings',
        explanation: expect.objectContaining({ why: expect.stringContaining(allowed) }),
      }),
    );
  });
});
