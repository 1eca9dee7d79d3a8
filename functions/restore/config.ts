/** The variables of the function `restore`, beside those every function shares. */
import { type Environment, readEnvironment, wholeNumber } from '@soteria/shared/config/environment.ts';
import {
  type FunctionSettings,
  functionVariables,
  toFunctionSettings,
} from '@soteria/shared/config/function-settings.ts';
import { runnerImage } from '@soteria/shared/config/runner-image.ts';
import type { Rules } from './longhorn/world.ts';
import type { SelfTestRules } from './self-test/world.ts';

const week = 604_800;

const restoreVariables = functionVariables.extend({
  SOTERIA_RESTORE_STALL_SECONDS: wholeNumber(3_600, { min: 60, max: week }),
  SOTERIA_RESTORE_DEADLINE_SECONDS: wholeNumber(86_400, { min: 60, max: week }),
  SOTERIA_RESTORE_READING_SECONDS: wholeNumber(900, { min: 60, max: week }),
  SOTERIA_SELFTEST_DEADLINE_SECONDS: wholeNumber(1_800, { min: 60, max: week }),
  SOTERIA_RUNNER_IMAGE: runnerImage,
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
    },
    selfTestRules: {
      deadlineMs: variables.SOTERIA_SELFTEST_DEADLINE_SECONDS * 1_000,
      runnerImage: variables.SOTERIA_RUNNER_IMAGE,
    },
  };
}
