/** The variables of the function `backup`, beside those every function shares. */
import * as z from 'zod';
import { type Environment, oneOf, readEnvironment, variable, wholeNumber } from '@soteria/shared/config/environment.ts';
import {
  type FunctionSettings,
  functionVariables,
  toFunctionSettings,
} from '@soteria/shared/config/function-settings.ts';
import { defaultDriver, type RequestDriver, requestDrivers } from '@soteria/shared/operation/kinds/drivers.ts';
import type { Rules } from '../../drivers/backup/world.ts';

const week = 604_800;

export const backupVariables = functionVariables.extend({
  SOTERIA_BACKUP_DRIVER: oneOf(requestDrivers, defaultDriver),
  SOTERIA_LONGHORN_URL: variable(
    z.url({ protocol: /^https?$/ }).default('http://longhorn-backend.longhorn-system.svc:9500'),
    'an http:// or https:// address',
  ),
  SOTERIA_LONGHORN_BACKUP_MODE: oneOf(['incremental', 'full'], 'incremental'),
  SOTERIA_BACKUP_STALL_SECONDS: wholeNumber(3_600, { min: 60, max: week }),
  SOTERIA_BACKUP_ATTEMPTS: wholeNumber(3, { min: 1, max: 20 }),
  SOTERIA_BACKUP_RETRY_SECONDS: wholeNumber(150, { min: 1, max: 86_400 }),
  SOTERIA_BACKUP_DEADLINE_SECONDS: wholeNumber(86_400, { min: 60, max: week }),
});

export interface BackupSettings extends FunctionSettings {
  readonly driver: RequestDriver;
  readonly longhornUrl: string;
  readonly rules: Rules;
}

/** Throws `invalid_settings`, naming every bad variable. */
export function readBackupSettings(env: Environment): BackupSettings {
  const variables = readEnvironment(backupVariables, env);
  return {
    ...toFunctionSettings(variables),
    driver: variables.SOTERIA_BACKUP_DRIVER,
    longhornUrl: variables.SOTERIA_LONGHORN_URL,
    rules: {
      defaultMode: variables.SOTERIA_LONGHORN_BACKUP_MODE,
      defaultDriver: variables.SOTERIA_BACKUP_DRIVER,
      stallMs: variables.SOTERIA_BACKUP_STALL_SECONDS * 1_000,
      deadlineMs: variables.SOTERIA_BACKUP_DEADLINE_SECONDS * 1_000,
      maxAttempts: variables.SOTERIA_BACKUP_ATTEMPTS,
      retryMs: variables.SOTERIA_BACKUP_RETRY_SECONDS * 1_000,
    },
  };
}
