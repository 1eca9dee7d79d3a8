/** The variables of the function `console`, beside those every function shares. */
import { type Environment, readEnvironment } from '@soteria/shared/config/environment.ts';
import {
  type FunctionSettings,
  functionVariables,
  toFunctionSettings,
} from '@soteria/shared/config/function-settings.ts';

export const consoleVariables = functionVariables.extend({});

export type ConsoleSettings = FunctionSettings;

/** Throws `invalid_settings`, naming every bad variable. */
export function readConsoleSettings(env: Environment): ConsoleSettings {
  return toFunctionSettings(readEnvironment(consoleVariables, env));
}
