/** The record of the clusters whose points were taken over. */
import type { AdoptedCluster, Adoption } from '@soteria/shared/settings/adopted-clusters.ts';

/** The record of what was taken over. */
export interface Adoptions {
  keep(cluster: AdoptedCluster, signal?: AbortSignal): Promise<Adoption>;
}
