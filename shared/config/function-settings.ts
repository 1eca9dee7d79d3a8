/** The settings every function shares, and the variables they come from. A function's own `config.ts` extends both. */
import * as z from 'zod';
import type { UnsignedEvents } from '../events/may-be-unsigned.ts';
import type { ClusterSettings } from '../kubernetes/connect.ts';
import type { SlotLimits } from '../operation/queue/decide-slots.ts';
import {
  type Environment,
  flag,
  namespaceName,
  oneOf,
  optionalSecret,
  optionalText,
  readEnvironment,
  splitList,
  text,
  variable,
  wholeNumber,
} from './environment.ts';

const minSecretLength = 32;
const attributeName = /^[a-z0-9]{1,20}$/;
const reservedAttributes = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'time',
  'subject',
  'data',
  'datacontenttype',
  'dataschema',
]);

export const functionVariables = z.object({
  PORT: wholeNumber(8080, { min: 0, max: 65_535 }),
  SOTERIA_LISTEN_ADDR: optionalText('host:port or :port', /^(\[[0-9a-fA-F:.]+\]|[\w.-]*):\d{1,5}$/),
  SOTERIA_NAMESPACE: namespaceName('soteria'),
  SOTERIA_AUTH_REQUIRED: flag(true),
  SOTERIA_ALLOWED_GROUPS: optionalText('names of groups, separated by commas'),
  SOTERIA_UNSIGNED_EVENTS: oneOf(['none', 'backup', 'all'], 'backup'),
  SOTERIA_SIGNING_SECRET: optionalSecret(minSecretLength),
  SOTERIA_SIGNING_SECRET_PREVIOUS: optionalSecret(minSecretLength),
  SOTERIA_CLUSTER_ID: optionalText('at most 63 letters, digits, -, _ and .', /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/),
  SOTERIA_LONGHORN_NAMESPACE: namespaceName('longhorn-system'),
  SOTERIA_MAX_PARALLEL: wholeNumber(10, { min: 1, max: 1_000 }),
  SOTERIA_MAX_PARALLEL_PER_NODE: wholeNumber(3, { min: 1, max: 1_000 }),
  SOTERIA_MAX_PARALLEL_PER_REPOSITORY: wholeNumber(3, { min: 1, max: 1_000 }),
  K_SINK: variable(z.url({ protocol: /^https?$/ }).optional(), 'an http:// or https:// address'),
  K_CE_OVERRIDES: variable(
    z
      .string()
      .transform((json, context) => {
        const overrides = parseOverrides(json);
        if (overrides !== undefined) return overrides;
        context.addIssue('not of this form');
        return z.NEVER;
      })
      .optional(),
    'JSON of the form {"extensions":{"name":"text"}} with names of lower-case letters and digits',
  ),
  KUBECONFIG: optionalText(),
  KUBERNETES_SERVICE_HOST: optionalText(),
  KUBERNETES_SERVICE_PORT: optionalText('a port number', /^\d{1,5}$/),
  SOTERIA_SERVICE_ACCOUNT_DIR: text('/var/run/secrets/kubernetes.io/serviceaccount'),
});

export interface FunctionSettings {
  /** `host:port` or `:port` */
  readonly listenAddr: string;
  /** Soteria's own. */
  readonly namespace: string;
  readonly authRequired: boolean;
  /** Empty: every caller that can prove a name. */
  readonly allowedGroups: readonly string[];
  readonly unsignedEvents: UnsignedEvents;
  /** The current one first. */
  readonly signingSecrets: readonly string[];
  /** Undefined: the uid of the namespace kube-system. */
  readonly clusterId: string | undefined;
  readonly longhornNamespace: string;
  /** How many operations may run at once. */
  readonly slotLimits: SlotLimits;
  readonly sink: string | undefined;
  readonly ceOverrides: Readonly<Record<string, string>> | undefined;
  readonly cluster: ClusterSettings;
}

/** Throws `invalid_settings`. */
export function readFunctionSettings(env: Environment): FunctionSettings {
  return toFunctionSettings(readEnvironment(functionVariables, env));
}

export function toFunctionSettings(variables: z.infer<typeof functionVariables>): FunctionSettings {
  const secrets = [variables.SOTERIA_SIGNING_SECRET, variables.SOTERIA_SIGNING_SECRET_PREVIOUS];
  return {
    listenAddr: variables.SOTERIA_LISTEN_ADDR ?? `:${variables.PORT}`,
    namespace: variables.SOTERIA_NAMESPACE,
    authRequired: variables.SOTERIA_AUTH_REQUIRED,
    allowedGroups: splitList(variables.SOTERIA_ALLOWED_GROUPS ?? ''),
    unsignedEvents: variables.SOTERIA_UNSIGNED_EVENTS,
    signingSecrets: secrets.filter((secret) => secret !== undefined),
    clusterId: variables.SOTERIA_CLUSTER_ID,
    longhornNamespace: variables.SOTERIA_LONGHORN_NAMESPACE,
    slotLimits: {
      cluster: variables.SOTERIA_MAX_PARALLEL,
      node: variables.SOTERIA_MAX_PARALLEL_PER_NODE,
      repository: variables.SOTERIA_MAX_PARALLEL_PER_REPOSITORY,
    },
    sink: variables.K_SINK,
    ceOverrides: variables.K_CE_OVERRIDES,
    cluster: {
      kubeconfig: variables.KUBECONFIG,
      kubernetesServiceHost: variables.KUBERNETES_SERVICE_HOST,
      kubernetesServicePort: variables.KUBERNETES_SERVICE_PORT,
      serviceAccountDir: variables.SOTERIA_SERVICE_ACCOUNT_DIR,
    },
  };
}

const overridesShape = z.object({ extensions: z.record(z.string(), z.string()).default({}) });

function parseOverrides(json: string): Record<string, string> | undefined {
  try {
    const { extensions } = overridesShape.parse(JSON.parse(json));
    const isAllowed = (name: string): boolean => attributeName.test(name) && !reservedAttributes.has(name);
    return Object.keys(extensions).every(isAllowed) ? extensions : undefined;
  } catch {
    return undefined;
  }
}
