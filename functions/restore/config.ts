/** The variables of the function `restore`, beside those every function shares. */
import { type Environment, readEnvironment, variable, wholeNumber } from '@soteria/shared/config/environment.ts';
import {
  type FunctionSettings,
  functionVariables,
  toFunctionSettings,
} from '@soteria/shared/config/function-settings.ts';
import { runnerImage } from '@soteria/shared/config/runner-image.ts';
import { storageQuantity } from '@soteria/shared/operation/kinds/fields.ts';
import { bytesOfQuantity } from '@soteria/shared/kubernetes/quantity.ts';
import type { Rules } from '../../drivers/restore/world.ts';
import type { SelfTestRules } from './self-test/world.ts';

const week = 604_800;

export const restoreVariables = functionVariables.extend({
  SOTERIA_RESTORE_STALL_SECONDS: wholeNumber(3_600, { min: 60, max: week }),
  SOTERIA_RESTORE_DEADLINE_SECONDS: wholeNumber(86_400, { min: 60, max: week }),
  SOTERIA_RESTORE_READING_SECONDS: wholeNumber(900, { min: 60, max: week }),
  SOTERIA_SELFTEST_DEADLINE_SECONDS: wholeNumber(1_800, { min: 60, max: week }),
  SOTERIA_RUNNER_IMAGE: runnerImage,
  SOTERIA_RESTORE_TEST_MAX_PARALLEL: wholeNumber(3, { min: 1, max: 100 }),
  /** What tests may read from the target in 24 hours. */
  SOTERIA_RESTORE_TEST_MAX_BYTES_PER_DAY: variable(
    storageQuantity.default('2Ti'),
    'a quantity of bytes such as 500Gi or 2Ti',
  ),
});

export interface RestoreSettings extends FunctionSettings {
  readonly rules: Rules;
  readonly selfTestRules: SelfTestRules;
}

/** Throws `invalid_settings`, naming every bad variable. */
export function readRestoreSettings(env: Environment): RestoreSettings {
  const variables = readEnvironment(restoreVariables, env);
  return {
    ...toFunctionSettings(variables),
    rules: {
      stallMs: variables.SOTERIA_RESTORE_STALL_SECONDS * 1_000,
      deadlineMs: variables.SOTERIA_RESTORE_DEADLINE_SECONDS * 1_000,
      maxAttempts: 2,
      readingMs: variables.SOTERIA_RESTORE_READING_SECONDS * 1_000,
      runnerImage: variables.SOTERIA_RUNNER_IMAGE,
      maxParallelTests: variables.SOTERIA_RESTORE_TEST_MAX_PARALLEL,
      maxTestBytesPerDay: bytesOfQuantity(variables.SOTERIA_RESTORE_TEST_MAX_BYTES_PER_DAY) ?? 0n,
    },
    selfTestRules: {
      deadlineMs: variables.SOTERIA_SELFTEST_DEADLINE_SECONDS * 1_000,
      runnerImage: variables.SOTERIA_RUNNER_IMAGE,
    },
  };
}
