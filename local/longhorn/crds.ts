/**
 * Longhorn's kinds for a store that does not validate: names, scope, status subresource and columns. On a real API server Longhorn's
 * own definitions are installed instead.
 */
import type { KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { recurringJobs } from '@soteria/shared/longhorn/recurring-jobs.ts';
import {
  backupTargets,
  backupVolumes,
  backups,
  engines,
  longhornGroup,
  longhornVersion,
  snapshots,
  volumes,
} from '@soteria/shared/longhorn/resource-types.ts';

/** The local Longhorn sets only the version. */
export const longhornSettings = untyped({
  group: longhornGroup,
  version: longhornVersion,
  kind: 'Setting',
  plural: 'settings',
  isNamespaced: true,
});

type Column = readonly [name: string, jsonPath: string, type?: 'string' | 'boolean' | 'date'];

const age: Column = ['Age', '.metadata.creationTimestamp', 'date'];

const kinds = [
  {
    type: volumes,
    shortName: 'lhv',
    columns: [
      ['Data Engine', '.spec.dataEngine'],
      ['State', '.status.state'],
      ['Robustness', '.status.robustness'],
      ['Size', '.spec.size'],
      ['Node', '.status.currentNodeID'],
      age,
    ],
  },
  {
    type: snapshots,
    shortName: 'lhsnap',
    columns: [
      ['Volume', '.spec.volume'],
      ['CreationTime', '.status.creationTime'],
      ['ReadyToUse', '.status.readyToUse', 'boolean'],
      ['RestoreSize', '.status.restoreSize'],
      ['Size', '.status.size'],
      age,
    ],
  },
  {
    type: backups,
    shortName: 'lhb',
    columns: [
      ['SnapshotName', '.status.snapshotName'],
      ['SnapshotSize', '.status.size'],
      ['SnapshotCreatedAt', '.status.snapshotCreatedAt'],
      ['BackupTarget', '.status.backupTargetName'],
      ['State', '.status.state'],
      ['LastSyncedAt', '.status.lastSyncedAt'],
    ],
  },
  {
    type: backupVolumes,
    shortName: 'lhbv',
    columns: [
      ['BackupTarget', '.spec.backupTargetName'],
      ['CreatedAt', '.status.createdAt'],
      ['LastBackupName', '.status.lastBackupName'],
      ['LastBackupAt', '.status.lastBackupAt'],
      ['LastSyncedAt', '.status.lastSyncedAt'],
    ],
  },
  {
    type: engines,
    shortName: 'lhe',
    columns: [
      ['State', '.status.currentState'],
      ['Node', '.spec.nodeID'],
      ['Restored', '.status.lastRestoredBackup'],
      age,
    ],
  },
  { type: longhornSettings, shortName: 'lhs', columns: [['Value', '.value'], age] },
  {
    // Stored, so that the preview of policies can read them; the local Longhorn runs none.
    type: recurringJobs,
    shortName: 'lhrj',
    columns: [
      ['Groups', '.spec.groups'],
      ['Task', '.spec.task'],
      ['Cron', '.spec.cron'],
      ['Retain', '.spec.retain'],
      ['Concurrency', '.spec.concurrency'],
      age,
    ],
  },
  {
    type: backupTargets,
    shortName: 'lhbt',
    columns: [
      ['URL', '.spec.backupTargetURL'],
      ['Credential', '.spec.credentialSecret'],
      ['Available', '.status.available', 'boolean'],
      ['LastSyncedAt', '.status.lastSyncedAt'],
    ],
  },
] as const satisfies readonly {
  readonly type: { readonly kind: string; readonly plural: string };
  readonly shortName: string;
  readonly columns: readonly Column[];
}[];

export type CustomResourceDefinition = KubernetesObject & { readonly spec: Readonly<Record<string, unknown>> };

export function longhornCrds(): Draft<CustomResourceDefinition>[] {
  return kinds.map(({ type, shortName, columns }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${type.plural}.${longhornGroup}` },
    spec: {
      group: longhornGroup,
      scope: 'Namespaced',
      names: {
        kind: type.kind,
        listKind: `${type.kind}List`,
        plural: type.plural,
        singular: type.kind.toLowerCase(),
        shortNames: [shortName],
      },
      versions: [
        {
          name: longhornVersion,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          subresources: { status: {} },
          additionalPrinterColumns: columns.map(([name, jsonPath, columnType = 'string']) => ({
            name,
            jsonPath,
            type: columnType,
          })),
        },
      ],
    },
  }));
}
