/** A kubeconfig file for the local store, so that kubectl and every other client can reach it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'yaml';

export interface KubeconfigOptions {
  readonly file: string;
  /** `http://127.0.0.1:<port>` */
  readonly server: string;
  /** Namespace of the context; `default` when left out. */
  readonly namespace?: string;
}

const name = 'soteria-local';

export function kubeconfigText({ server, namespace = 'default' }: Omit<KubeconfigOptions, 'file'>): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  });
}

export function writeKubeconfig(options: KubeconfigOptions): void {
  mkdirSync(dirname(options.file), { recursive: true });
  writeFileSync(options.file, kubeconfigText(options), { mode: 0o600 });
}
