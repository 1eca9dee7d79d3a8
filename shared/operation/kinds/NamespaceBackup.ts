/** The backup of every claim of a namespace. */
import type * as z from 'zod';
import { backupRequest } from './Backup.ts';
import { count, dnsLabel } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { backupChoice, manyWork, problems, source } from './shared-members.ts';

/** The body of `POST /v1/backup/namespace` and the data of `dev.soteria.namespacebackup.requested.v1`: every claim of a namespace. */
export const namespaceBackupRequest = backupRequest
  .omit({ pvc: true })
  .extend({ namespace: dnsLabel.describe('The namespace whose claims are backed up.') });
export type NamespaceBackupRequest = z.infer<typeof namespaceBackupRequest>;

export const NamespaceBackup = {
  verb: 'backup-namespace',
  function: 'backup',
  requires: [],
  livesIn: 'source',
  claim: 'own',
  request: { namespace: source.namespace, ...backupChoice },
  work: manyWork,
  result: { claimsBackedUp: count, claimsSkipped: count, claimsFailed: count, problems },
  wokenBy: [],
  events: {
    'dev.soteria.namespacebackup.requested.v1': {
      meaning: 'Back up every claim of a namespace. The data is the body of POST /v1/backup/namespace.',
      role: 'request',
      unsigned: 'all',
      data: namespaceBackupRequest,
    },
  },
} as const satisfies KindOfOperation;
