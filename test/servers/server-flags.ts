/** The flags of the test bed's servers: loopback only, nothing synced to disk, otherwise as in a real cluster. */
import { join } from 'node:path';
import type { Credentials } from './credentials.ts';

/** The issuer of service account tokens, as kubeadm chooses it. */
const serviceAccountIssuer = 'https://kubernetes.default.svc.cluster.local';

export function etcdFlags({ dir, clientUrl, peerUrl }: { dir: string; clientUrl: string; peerUrl: string }): string[] {
  return [
    `--data-dir=${join(dir, 'etcd')}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export interface ApiServerFlagsInput {
  readonly dir: string;
  readonly url: string;
  readonly etcdUrl: string;
  readonly auditLogPath: string;
  readonly credentials: Credentials;
}

export function apiServerFlags({ dir, url, etcdUrl, auditLogPath, credentials }: ApiServerFlagsInput): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    // Without it the server looks for a routable address of the machine, and a machine may have none.
    '--advertise-address=127.0.0.1',
    `--secure-port=${new URL(url).port}`,
    `--cert-dir=${join(dir, 'certs')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--endpoint-reconciler-type=none',
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${credentials.tokenFile}`,
    `--service-account-issuer=${serviceAccountIssuer}`,
    `--service-account-key-file=${credentials.serviceAccountPublicKeyFile}`,
    `--service-account-signing-key-file=${credentials.serviceAccountPrivateKeyFile}`,
    `--audit-policy-file=${credentials.auditPolicyFile}`,
    `--audit-log-path=${auditLogPath}`,
    // Megabytes: a large limit, because a rotated log would be counted from its new start.
    '--audit-log-maxsize=100000',
    '--allow-privileged=true',
  ];
}

/** The controllers that the tests need, and none that would need nodes. */
const controllers = [
  'garbage-collector-controller',
  'namespace-controller',
  // They remove the finalizers of deleted claims and persistent volumes that are not in use.
  'persistentvolumeclaim-protection-controller',
  'persistentvolume-protection-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'validatingadmissionpolicy-status-controller',
];

export interface ControllerManagerFlagsInput {
  /** The API server's certificate with its authority. */
  readonly certificate: string;
  readonly kubeconfigPath: string;
  readonly credentials: Credentials;
}

export function controllerManagerFlags(input: ControllerManagerFlagsInput): string[] {
  return [
    `--kubeconfig=${input.kubeconfigPath}`,
    `--controllers=${controllers.join(',')}`,
    `--service-account-private-key-file=${input.credentials.serviceAccountPrivateKeyFile}`,
    `--root-ca-file=${input.certificate}`,
    '--leader-elect=false',
    // No metrics and no health checks: no client reads them.
    '--secure-port=0',
    // Enough for a test that deletes a namespace full of objects at once.
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    '--concurrent-gc-syncs=20',
  ];
}
