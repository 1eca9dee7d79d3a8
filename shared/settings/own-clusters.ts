/** Whose restore points are this cluster's: those that carry its own id, and those of the clusters it has adopted. Pure. */

export interface OwnClusters {
  /** SOTERIA_CLUSTER_ID, or the uid of the namespace kube-system: what is stamped on new points. */
  readonly id: string;
  readonly adopted: readonly string[];
}

/** Where the clusters could not be read: no point is own. */
export const noClusters: OwnClusters = { id: '', adopted: [] };

export function isOwnCluster({ id, adopted }: OwnClusters, clusterId: string | undefined): boolean {
  return clusterId !== undefined && clusterId !== '' && (clusterId === id || adopted.includes(clusterId));
}
