/** Finds the real Kubernetes servers that the tests run on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ServerBinaries {
  readonly dir: string;
  readonly etcd: string;
  readonly apiServer: string;
  /** Not part of KUBEBUILDER_ASSETS; without it nothing collects garbage, finishes namespaces or makes default accounts. */
  readonly controllerManager?: string | undefined;
  readonly kubectl?: string | undefined;
}

export interface MissingBinaries {
  readonly missing: readonly string[];
  readonly dir: string;
}

/** The folder that `npm run servers` builds into. */
export const builtServersDir = fileURLToPath(new URL('../../.cache/servers', import.meta.url));

/** KUBEBUILDER_ASSETS decides when it is set, even when it is incomplete: a silent fallback would test another version. */
export function findServerBinaries(assetsDir = process.env['KUBEBUILDER_ASSETS']): ServerBinaries | MissingBinaries {
  const dir = assetsDir === undefined || assetsDir === '' ? builtServersDir : assetsDir;
  const missing = ['etcd', 'kube-apiserver'].filter((name) => !existsSync(join(dir, name)));
  if (missing.length > 0) return { missing, dir };
  const optional = (name: string) => (existsSync(join(dir, name)) ? join(dir, name) : undefined);
  return {
    dir,
    etcd: join(dir, 'etcd'),
    apiServer: join(dir, 'kube-apiserver'),
    controllerManager: optional('kube-controller-manager'),
    kubectl: optional('kubectl'),
  };
}

export function explainMissing({ missing, dir }: MissingBinaries): string {
  return (
    `no ${missing.join(' and no ')} in ${dir}. ` +
    'Run `npm run servers` (needs Go; about a quarter of an hour, once), or set KUBEBUILDER_ASSETS to a folder that holds them.'
  );
}
