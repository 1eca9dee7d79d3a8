/** The variables of the function `policy-tick`, beside those every function shares. */
import { type Environment, optionalSecretUrl, readEnvironment } from '@soteria/shared/config/environment.ts';
import {
  type FunctionSettings,
  functionVariables,
  toFunctionSettings,
} from '@soteria/shared/config/function-settings.ts';

export const policyTickVariables = functionVariables.extend({
  SOTERIA_HEARTBEAT_URL: optionalSecretUrl(),
});

export interface PolicyTickSettings extends FunctionSettings {
  /** Undefined: no heartbeat is sent. */
  readonly heartbeatUrl: string | undefined;
}

/** Throws `invalid_settings`, naming every bad variable. */
export function readPolicyTickSettings(env: Environment): PolicyTickSettings {
  const variables = readEnvironment(policyTickVariables, env);
  return { ...toFunctionSettings(variables), heartbeatUrl: variables.SOTERIA_HEARTBEAT_URL };
}
