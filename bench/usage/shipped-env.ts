/** Reads the process settings from the function's manifest: the function is measured as it is shipped. */
import { fileURLToPath } from 'node:url';
import { serviceSpec } from '../../local/mesh/manifest/service-schema.ts';
import { readKustomization } from '../../local/manifests/read-kustomization.ts';

/** Throws when there is no such Service. */
export function shippedEnv(): Record<string, string> {
  const objects = readKustomization(fileURLToPath(new URL('../../deploy', import.meta.url)));
  const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'b2-usage');
  const { template } = serviceSpec.parse(service?.['spec']);
  const variables = template.spec.containers.flatMap(({ env }) => env);
  return Object.fromEntries(variables.map(({ name, value }) => [name, value ?? '']));
}
