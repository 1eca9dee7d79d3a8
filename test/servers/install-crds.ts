/** Puts CustomResourceDefinitions onto a test API server: Longhorn's and Knative's own, and ours. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { AdminClient, AnyObject } from './admin-client.ts';
import { hasReferenceCrds, referenceCrdFiles } from './reference-dir.ts';
import { waitUntil } from './wait-until.ts';

const manifestsDir = fileURLToPath(new URL('../../deploy/knative', import.meta.url));

/** These name a conversion webhook of Knative's, which a bare API server cannot call. They have one version, so the webhook is not needed. */
const namesConversionWebhook = new Set([
  'pingsources.sources.knative.dev',
  'eventtypes.eventing.knative.dev',
  'requestreplies.eventing.knative.dev',
]);

export interface Crd extends AnyObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The reference CRDs; none when the reference folder is missing. */
export function readReferenceCrds(): Crd[] {
  return hasReferenceCrds() ? referenceCrdFiles.flatMap(readCrds) : [];
}

/** Every CustomResourceDefinition among the manifests of `deploy/knative`. */
export function readOwnCrds(): Crd[] {
  return globSync('**/*.yaml', { cwd: manifestsDir }).flatMap((path) => readCrds(join(manifestsDir, path)));
}

/** Returns the names when every definition is established. */
export async function installCrds(admin: AdminClient, crds: readonly Crd[]): Promise<string[]> {
  // Server-side apply: the annotation of a client-side apply would be too large for some of these.
  await Promise.all(crds.map((crd) => admin.apply(withoutConversionWebhook(crd))));
  const names = crds.map((crd) => crd.metadata.name);
  await waitUntil(`${names.length} CRDs are established`, async () => {
    const established = await listEstablished(admin);
    return names.every((name) => established.has(name));
  });
  return names;
}

function readCrds(path: string): Crd[] {
  const objects = parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as unknown);
  return objects.filter(isCrd);
}

function isCrd(object: unknown): object is Crd {
  return (
    typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'CustomResourceDefinition'
  );
}

function withoutConversionWebhook(crd: Crd): Crd {
  if (!namesConversionWebhook.has(crd.metadata.name)) return crd;
  const { conversion: _conversion, ...spec } = crd.spec;
  return { ...crd, spec };
}

interface CrdList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

async function listEstablished(admin: AdminClient): Promise<Set<string>> {
  const list = await admin.must<CrdList>('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
  const established = list.items.filter((crd) =>
    crd.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True'),
  );
  return new Set(established.map((crd) => crd.metadata.name));
}
