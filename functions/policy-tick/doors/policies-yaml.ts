/** The policies of the API as one ConfigMap that can be put into Git. */
import { policiesLabel, type PolicyBook } from '../policy/stored-policies.ts';

/** Those of Git are left out: there a second policy of the same id would disable both. */
export async function policiesYaml({ policies, faults }: PolicyBook, namespace: string): Promise<string> {
  const { stringify } = await import('@soteria/shared/yaml.ts');
  const own = policies.filter(({ source }) => source.store === 'api');
  const left = faults.filter(({ source }) => source.store === 'api');
  const data = own.map(({ policy }) => [`${policy.id}.yaml`, stringify(policy)] as const);
  const notes = [
    ...policies
      .filter(({ source }) => source.store === 'git')
      .map(({ policy: { id }, source }) => `${id}: in Git already (${source.object})`),
    ...left.map(
      ({ id, source }) => `${id ?? source.key}: it is disabled by a mistake (key ${source.key}, line ${source.line})`,
    ),
  ];
  return [
    ...notes.map((note) => `# Left out: ${JSON.stringify(note).slice(1, -1)}\n`),
    stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'soteria-policies', namespace, labels: { [policiesLabel]: '' } },
      data: Object.fromEntries(data),
    }),
  ].join('');
}
