/** The folder with the real CRDs of Longhorn and Knative that the tests read; it is not part of the repository. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const besideTheRepository = fileURLToPath(new URL('../../../shared', import.meta.url));

export const referenceDir = resolve(process.env['SOTERIA_REFERENCE_DIR'] ?? besideTheRepository);

export const referenceCrdFiles = ['longhorn.yaml', 'knative-serving.yaml', 'knative-eventing.yaml'].map((name) =>
  join(referenceDir, 'crds', name),
);

/** All three files or none: with half of them a test could pass although definitions are missing. */
export function hasReferenceCrds(): boolean {
  return referenceCrdFiles.every((path) => existsSync(path));
}

export const referenceFix =
  `no CRDs of Longhorn and Knative in ${join(referenceDir, 'crds')} (longhorn.yaml, knative-serving.yaml, knative-eventing.yaml). ` +
  'Put the release manifests there, or set SOTERIA_REFERENCE_DIR to the folder above them.';
