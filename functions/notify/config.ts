/** The variables of the function `notify`: those every function shares. What it sends, and to whom, stands in the Secret `soteria-notify`. */
import { type Environment, readEnvironment } from '@soteria/shared/config/environment.ts';
import {
  type FunctionSettings,
  functionVariables,
  toFunctionSettings,
} from '@soteria/shared/config/function-settings.ts';

export type NotifyFunctionSettings = FunctionSettings;

/** Throws `invalid_settings`, naming every bad variable. */
export function readNotifyFunctionSettings(env: Environment): NotifyFunctionSettings {
  return toFunctionSettings(readEnvironment(functionVariables, env));
}
