/** The environment of a process, as kubelet would build it from its container. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps, secrets } from '@soteria/shared/kubernetes/core-types.ts';
import type { ContainerEnvironment } from '../manifest/service-schema.ts';

type Values = Readonly<Record<string, string>>;

/** Throws `unprocessable` naming the ConfigMap, Secret or key that is missing and not optional. */
export async function resolveEnv(
  client: KubernetesClient,
  namespace: string,
  container: ContainerEnvironment,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const source of container.envFrom) {
    const [kind, ref] =
      'configMapRef' in source
        ? (['ConfigMap', source.configMapRef] as const)
        : (['Secret', source.secretRef] as const);
    const values = await readValues(client, namespace, kind, ref.name);
    if (values === undefined && ref.optional !== true) throw missing(kind, `${namespace}/${ref.name}`);
    for (const [key, value] of Object.entries(values ?? {})) env[`${source.prefix ?? ''}${key}`] = value;
  }
  for (const variable of container.env) {
    if (variable.valueFrom === undefined) {
      env[variable.name] = expand(variable.value ?? '', env);
      continue;
    }
    const [kind, ref] =
      'configMapKeyRef' in variable.valueFrom
        ? (['ConfigMap', variable.valueFrom.configMapKeyRef] as const)
        : (['Secret', variable.valueFrom.secretKeyRef] as const);
    const value = (await readValues(client, namespace, kind, ref.name))?.[ref.key];
    if (value !== undefined) env[variable.name] = value;
    else if (ref.optional !== true) throw missing(kind, `${namespace}/${ref.name}, key ${ref.key},`);
  }
  return env;
}

async function readValues(
  client: KubernetesClient,
  namespace: string,
  kind: 'ConfigMap' | 'Secret',
  name: string,
): Promise<Values | undefined> {
  if (kind === 'ConfigMap') {
    const found = await client.get(configMaps, { namespace, name });
    return found === undefined ? undefined : (found.data ?? {});
  }
  const found = await client.get(secrets, { namespace, name });
  if (found === undefined) return undefined;
  const entries = Object.entries(found.data ?? {});
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')])),
    // A real API server merges stringData into data; a plain store may return it as it came.
    ...found.stringData,
  };
}

/** `$(NAME)` becomes the value of a variable defined before; `$$(NAME)` stays as `$(NAME)`; an unknown one stays as it is. */
function expand(text: string, known: Values): string {
  return text.replaceAll(/\$?\$\(([A-Za-z_.-][\w.-]*)\)/g, (whole, name: string) =>
    whole.startsWith('$$') ? whole.slice(1) : (known[name] ?? whole),
  );
}

function missing(kind: string, name: string): SoteriaError {
  return new SoteriaError('unprocessable', {
    what: 'The container cannot start',
    why: `its environment needs ${kind} ${name} which does not exist`,
    fix: `create it, or mark the reference to it as optional`,
  });
}
