/** The files of an API server's start: signing keys, administrator, audit policy, and the access of clients. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface Credentials {
  readonly adminToken: string;
  readonly tokenFile: string;
  readonly serviceAccountPublicKeyFile: string;
  readonly serviceAccountPrivateKeyFile: string;
  readonly auditPolicyFile: string;
}

export function writeCredentials(dir: string): Credentials {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const adminToken = randomBytes(24).toString('base64url');
  return {
    adminToken,
    tokenFile: write(dir, 'tokens.csv', `${adminToken},admin,admin,"system:masters"\n`),
    serviceAccountPublicKeyFile: write(dir, 'service-account.pub', publicKey),
    serviceAccountPrivateKeyFile: write(dir, 'service-account.key', privateKey),
    auditPolicyFile: write(
      dir,
      'audit-policy.yaml',
      stringify({
        apiVersion: 'audit.k8s.io/v1',
        kind: 'Policy',
        omitStages: ['RequestReceived'],
        rules: [{ level: 'Metadata' }],
      }),
    ),
  };
}

/** A kubeconfig without references to other files, for kubectl and for `--kubeconfig`. */
export function writeKubeconfig(path: string, access: { url: string; caPem: string; token: string }): string {
  const named = 'soteria-test';
  writeFileSync(
    path,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': named,
      contexts: [{ name: named, context: { cluster: named, user: named } }],
      clusters: [
        {
          name: named,
          cluster: { server: access.url, 'certificate-authority-data': Buffer.from(access.caPem).toString('base64') },
        },
      ],
      users: [{ name: named, user: { token: access.token } }],
    }),
    { mode: 0o600 },
  );
  return path;
}

function write(dir: string, name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
