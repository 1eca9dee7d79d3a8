/** The backup of every claim of a namespace. */
import { count } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { backupChoice, manyWork, problems, source } from './shared-members.ts';

export const NamespaceBackup = {
  verb: 'backup-namespace',
  function: 'backup',
  requires: [],
  livesIn: 'source',
  request: { namespace: source.namespace, ...backupChoice },
  work: manyWork,
  result: { claimsBackedUp: count, claimsSkipped: count, claimsFailed: count, problems },
} as const satisfies KindOfOperation;
