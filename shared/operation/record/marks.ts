/** The product's own label keys. Marks are labels, never owner references: deleting an Operation removes no restore point. */

const prefix = 'soteria.dev';

/** On every object we make: the uid of the operation that made it. */
export const operationUidLabel = `${prefix}/operation-uid`;
/** On what a function wants to be woken for: the function's name. Removed from everything that stays at the terminal phase. */
export const watchLabel = `${prefix}/watch`;
/** Where the operation is: the watch's event names the Longhorn object, these name the operation. */
export const operationNamespaceLabel = `${prefix}/operation-namespace`;
export const operationNameLabel = `${prefix}/operation-name`;
/** The kind of that operation, on what may outlive it. */
export const operationKindLabel = `${prefix}/operation-kind`;
/** On Operations: a hash of the claim, whose name may be longer than a label value. */
export const claimLabel = `${prefix}/claim`;
/** On Operations whose request may have been recorded under another name too: a hash of the identity. */
export const identityLabel = `${prefix}/identity`;
/** On Operations that another has made: a hash of that one's name. */
export const parentLabel = `${prefix}/parent`;
export const managedLabel = `${prefix}/managed`;
/** On what goes when its operation does not succeed; taken off by the write that makes it permanent. */
export const temporaryLabel = `${prefix}/temporary`;
/** On a Backup: the uid of the operation that restores from it. It is not pruned meanwhile. */
export const heldByLabel = `${prefix}/held-by`;

/** On a Backup, whatever its value: a person keeps it, and no prune deletes it. */
export const holdLabel = `${prefix}/hold`;

/** On everything that an Operation makes; `refFromMarks` reads them. */
export function madeBy(operation: {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}): Readonly<Record<string, string>> {
  return {
    [operationUidLabel]: operation.uid,
    [operationNamespaceLabel]: operation.namespace,
    [operationNameLabel]: operation.name,
  };
}

/** The Operation that has made what carries these marks. */
export function refFromMarks(
  marks: Readonly<Record<string, string>>,
): { readonly namespace: string; readonly name: string } | undefined {
  const name = marks[operationNameLabel];
  const namespace = marks[operationNamespaceLabel];
  return name === undefined || namespace === undefined ? undefined : { name, namespace };
}

/** Keys inside `Backup.spec.labels`, which travel with the backup to the target and come back as `status.labels`. */
export const catalogueKeys = {
  managed: `${prefix}/managed`,
  clusterId: `${prefix}/cluster-id`,
  /** The uid of kube-system: tells two clusters apart that were given one id. */
  clusterUid: `${prefix}/cluster-uid`,
  namespace: `${prefix}/namespace`,
  pvc: `${prefix}/pvc`,
  operation: `${prefix}/operation`,
  operationUid: operationUidLabel,
  policy: `${prefix}/policy`,
  origin: `${prefix}/origin`,
  consistency: `${prefix}/consistency`,
  /** `full`: all of the volume was read; `incremental`. */
  mode: `${prefix}/mode`,
  tags: `${prefix}/tags`,
  /** JSON of what a restore needs when cluster, namespace and claim are gone; see `longhorn/claim-shape.ts`. */
  claimShape: `${prefix}/claim-shape`,
  kubernetesStatus: 'KubernetesStatus',
} as const;
