/** The variables of the function `console`, beside those every function shares. */
import * as z from 'zod';
import {
  type Environment,
  invalidSettings,
  optionalSecret,
  readEnvironment,
  text,
  variable,
  wholeNumber,
} from '@soteria/shared/config/environment.ts';
import {
  type FunctionSettings,
  functionVariables,
  toFunctionSettings,
} from '@soteria/shared/config/function-settings.ts';
import { type Owner, owners } from './front-door/owners.ts';
import type { ProxySettings } from './who/proxy-identity.ts';

const pairs = variable(
  z
    .string()
    .regex(/^[a-z0-9-]+=https?:\/\/[^,\s]+(,[a-z0-9-]+=https?:\/\/[^,\s]+)*$/)
    .optional(),
  'pairs function=http://address, separated by commas',
);

export const consoleVariables = functionVariables.extend({
  SOTERIA_FUNCTION_URLS: pairs,
  SOTERIA_PROXY_SECRET: optionalSecret(32),
  SOTERIA_PROXY_SECRET_PREVIOUS: optionalSecret(32),
  SOTERIA_PROXY_SECRET_HEADER: text('X-Soteria-Proxy-Secret'),
  SOTERIA_PROXY_USER_HEADER: text('X-Forwarded-User'),
  SOTERIA_PROXY_GROUPS_HEADER: text('X-Forwarded-Groups'),
  SOTERIA_CHANGES_PER_MINUTE: wholeNumber(120, { min: 0, max: 100_000 }),
});

export interface ConsoleSettings extends FunctionSettings {
  /** Where the other functions are. */
  readonly functionUrls: Readonly<Record<Owner, URL>>;
  readonly proxy: ProxySettings;
  /** Of one caller; 0: no limit. */
  readonly changesPerMinute: number;
}

/** Throws `invalid_settings`, naming every bad variable. */
export function readConsoleSettings(env: Environment): ConsoleSettings {
  const variables = readEnvironment(consoleVariables, env);
  const settings = toFunctionSettings(variables);
  const secrets = [variables.SOTERIA_PROXY_SECRET, variables.SOTERIA_PROXY_SECRET_PREVIOUS];
  return {
    ...settings,
    functionUrls: readUrls(variables.SOTERIA_FUNCTION_URLS ?? '', settings.namespace),
    proxy: {
      secrets: secrets.filter((secret) => secret !== undefined),
      secretHeader: variables.SOTERIA_PROXY_SECRET_HEADER,
      userHeader: variables.SOTERIA_PROXY_USER_HEADER,
      groupsHeader: variables.SOTERIA_PROXY_GROUPS_HEADER,
    },
    changesPerMinute: variables.SOTERIA_CHANGES_PER_MINUTE,
  };
}

/** A function that is not named is where Knative puts it. */
function readUrls(text: string, namespace: string): Record<Owner, URL> {
  const given = new Map(
    text
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const),
  );
  const unknown = [...given.keys()].filter((name) => !owners.some((owner) => owner === name));
  const bad = [...given].filter(([, url]) => !URL.canParse(url)).map(([name]) => name);
  if (unknown.length > 0 || bad.length > 0) {
    throw invalidSettings([
      ...unknown.map((name) => `SOTERIA_FUNCTION_URLS names ${name}, and the functions are ${owners.join(', ')}`),
      ...bad.map((name) => `SOTERIA_FUNCTION_URLS has no address for ${name} that can be read`),
    ]);
  }
  const urlOf = (owner: Owner) => new URL(given.get(owner) ?? `http://${owner}.${namespace}.svc.cluster.local`);
  return {
    backup: urlOf('backup'),
    restore: urlOf('restore'),
    'policy-tick': urlOf('policy-tick'),
    'b2-usage': urlOf('b2-usage'),
    notify: urlOf('notify'),
  };
}
