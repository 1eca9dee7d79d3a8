/** Applies the installation to a test API server without kubectl, and removes the admission policy that would judge other suites' objects. */
import type { ManifestObject } from '../../local/manifests/manifest-object.ts';
import type { AdminClient } from '../servers/admin-client.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { readInstallation } from './installation.ts';

const policyName = 'operations.soteria.dev';
const admissionPath = '/apis/admissionregistration.k8s.io/v1';

/** Needs the CRDs of Knative. Returns, with every object, when the admission policy is in force. */
export async function applyInstallation(admin: AdminClient): Promise<ManifestObject[]> {
  await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'longhorn-system' } });
  const objects = readInstallation();
  for (const object of objects) await admin.apply(object);
  await waitUntil('the admission policy is in force', () => isForgeryRefused(admin));
  return objects;
}

/** The policy judges the whole server, which other suites share. */
export async function removeAdmissionPolicy(admin: AdminClient): Promise<void> {
  for (const plural of ['validatingadmissionpolicybindings', 'validatingadmissionpolicies']) {
    await admin.call('DELETE', `${admissionPath}/${plural}/${policyName}`);
  }
  await waitUntil('the admission policy is no longer in force', async () => !(await isForgeryRefused(admin)));
}

async function isForgeryRefused(admin: AdminClient): Promise<boolean> {
  const forged = {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { name: 'soteria-backup-forged' },
    spec: { kind: 'Backup', request: { pvc: 'forged' }, requestedBy: { user: 'nobody', via: 'http' } },
  };
  const path = '/apis/soteria.dev/v1alpha1/namespaces/default/operations?dryRun=All';
  const { status } = await admin.call('POST', path, forged);
  return status === 403;
}
