/** Applies manifests to an API server as `kubectl apply` would: creates missing objects, merges into existing ones. */
import { setTimeout as wait } from 'node:timers/promises';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type KubernetesClient, type Draft, listAll } from '@soteria/shared/kubernetes/client.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';

type AnyObject = KubernetesObject & Record<string, unknown>;
/** An object as a manifest file holds it. */
export type Manifest = Pick<KubernetesObject, 'apiVersion' | 'kind'> & Draft<AnyObject>;

const crds = untyped({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  isNamespaced: false,
});

/** Kinds of the installation that are not namespaced. */
const clusterScoped = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

const irregularPlurals: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  StorageClass: 'storageclasses',
};

export function typeOfManifest({
  apiVersion,
  kind,
}: Pick<KubernetesObject, 'apiVersion' | 'kind'>): ResourceType<AnyObject> {
  const [first = '', second] = apiVersion.split('/');
  return untyped({
    group: second === undefined ? '' : first,
    version: second ?? first,
    kind,
    plural: irregularPlurals[kind] ?? `${kind.toLowerCase()}s`,
    isNamespaced: !clusterScoped.has(kind),
  });
}

async function applyOne(client: KubernetesClient, manifest: Manifest): Promise<void> {
  const type = typeOfManifest(manifest);
  try {
    await client.create(type, manifest);
  } catch (error) {
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
    const { name = '', namespace } = manifest.metadata;
    await client.patch(type, { name, namespace }, manifest);
  }
}

function isEstablished(crd: AnyObject): boolean {
  const status = crd['status'];
  const conditions: unknown =
    typeof status === 'object' && status !== null && 'conditions' in status ? status.conditions : [];
  return (
    Array.isArray(conditions) &&
    conditions.some((one: { type?: string; status?: string }) => one.type === 'Established' && one.status === 'True')
  );
}

/** A new kind can be used only when the API server serves it. */
async function waitForKinds(client: KubernetesClient, names: readonly string[], deadline: number): Promise<void> {
  for (;;) {
    const present = await Array.fromAsync(listAll(client, crds));
    const missing = names.filter((name) => !present.some((crd) => crd.metadata.name === name && isEstablished(crd)));
    if (missing.length === 0) return;
    if (Date.now() > deadline) {
      throw new SoteriaError('cluster_unavailable', {
        what: 'the manifests could not be applied',
        why: `the API server does not serve ${missing.join(', ')} after 30 seconds`,
        fix: 'see: kubectl describe crd',
      });
    }
    await wait(50);
  }
}

/** Namespaces and definitions of kinds first, then the rest in the order given. */
export async function applyManifests(client: KubernetesClient, manifests: readonly Manifest[]): Promise<void> {
  const isKind = (kind: string) => (manifest: Manifest) => manifest.kind === kind;
  const definitions = manifests.filter(isKind('CustomResourceDefinition'));
  for (const manifest of [...manifests.filter(isKind('Namespace')), ...definitions]) await applyOne(client, manifest);
  const names = definitions.map((manifest) => manifest.metadata.name ?? '');
  await waitForKinds(client, names, Date.now() + 30_000);
  for (const manifest of manifests) {
    if (manifest.kind !== 'Namespace' && manifest.kind !== 'CustomResourceDefinition') await applyOne(client, manifest);
  }
}
