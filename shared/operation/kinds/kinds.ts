/** Every kind of Operation. A kind that is not here is another version's: it is left alone. */
import { Backup } from './Backup.ts';
import { NamespaceBackup } from './NamespaceBackup.ts';
import { NamespaceRestore } from './NamespaceRestore.ts';
import { Prune } from './Prune.ts';
import { Restore } from './Restore.ts';
import { RestoreTest } from './RestoreTest.ts';
import { SelfTest } from './SelfTest.ts';

export const operationKinds = {
  Backup,
  NamespaceBackup,
  Restore,
  NamespaceRestore,
  RestoreTest,
  SelfTest,
  Prune,
} as const;
export type OperationKind = keyof typeof operationKinds;
export const operationKindNames = Object.keys(operationKinds) as OperationKind[];

/** The members of all kinds, beside each other. */
export const requestMembers = {
  ...Backup.request,
  ...NamespaceBackup.request,
  ...Restore.request,
  ...NamespaceRestore.request,
  ...RestoreTest.request,
  ...SelfTest.request,
  ...Prune.request,
};
export const workMembers = {
  ...Backup.work,
  ...NamespaceBackup.work,
  ...Restore.work,
  ...NamespaceRestore.work,
  ...RestoreTest.work,
  ...SelfTest.work,
  ...Prune.work,
};
export const resultMembers = {
  ...Backup.result,
  ...NamespaceBackup.result,
  ...Restore.result,
  ...NamespaceRestore.result,
  ...RestoreTest.result,
  ...SelfTest.result,
  ...Prune.result,
};

/** The requests and facts of all kinds. */
export const operationEvents = {
  ...Backup.events,
  ...NamespaceBackup.events,
  ...Restore.events,
  ...NamespaceRestore.events,
  ...RestoreTest.events,
  ...SelfTest.events,
  ...Prune.events,
};
