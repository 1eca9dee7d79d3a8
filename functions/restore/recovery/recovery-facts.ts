/**
 * What is not on the backup targets and must be kept elsewhere to come back when the cluster is gone. Pure: from the points' own shapes and
 * Longhorn's targets. Names of Secrets only; nothing here has ever read one.
 */
import { redact } from '@soteria/shared/log/redact.ts';
import type { ClusterIdentity } from '@soteria/shared/settings/cluster-reader.ts';
import { type ClaimShape, parseClaimShape } from '@soteria/shared/longhorn/claim-shape.ts';
import type { Backup, BackupTarget } from '@soteria/shared/longhorn/objects.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import { knownBackups, longhornPoints } from '@soteria/shared/longhorn/restore-points.ts';
import { inOrder, isForLatest } from '@soteria/shared/restore-points/order.ts';
import { whySharedId } from '@soteria/shared/restore-points/shared-cluster-id.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';

export interface RecoveryInput {
  readonly self: ClusterIdentity;
  readonly own: OwnClusters;
  readonly targets: readonly BackupTarget[];
  readonly backups: readonly Backup[];
  readonly longhornNamespace: string;
  readonly longhornVersion: string | undefined;
  /** Soteria's own. */
  readonly image: string;
  readonly now: Date;
}

export interface RecoveryFacts {
  readonly written_at: string;
  readonly cluster_id: string;
  readonly cluster_uid: string | null;
  /** True: nobody has set SOTERIA_CLUSTER_ID, so a new cluster will have another id. */
  readonly is_id_of_this_cluster_alone: boolean;
  readonly adopted: readonly string[];
  readonly versions: { readonly longhorn: string | null; readonly soteria_image: string };
  readonly targets: readonly {
    readonly name: string;
    readonly url: string;
    readonly credential_secret: string | null;
    readonly is_available: boolean;
  }[];
  readonly namespaces: readonly {
    readonly namespace: string;
    readonly claims: number;
    readonly newest: string | null;
  }[];
  readonly encrypted: readonly { readonly claim: string; readonly secrets: readonly string[] }[];
  readonly backing_images: readonly { readonly name: string; readonly claims: readonly string[] }[];
  readonly storage_classes: readonly string[];
  /** Claims whose newest point says nothing of the claim's shape, or not all of it. */
  readonly without_shape: readonly string[];
  /** That made points of this cluster. The points hold the ids alone: the definitions of policies lie on no target. */
  readonly policies: readonly { readonly id: string; readonly claims: number; readonly newest: string | null }[];
  readonly problems: readonly {
    readonly code: string;
    readonly what: string;
    readonly why: string;
    readonly fix: string;
  }[];
}

interface Newest {
  readonly claim: string;
  readonly namespace: string;
  readonly dataAsOf: string | null;
  readonly shape: ClaimShape | undefined;
  /** Of the newest point that recorded one: the Secrets and images that the claim needs. */
  readonly needs: ClaimShape | undefined;
}

const byText = (a: string, b: string): number => a.localeCompare(b);

/** Of each claim what `latest` means: that is what a recovery takes. */
function newestOfClaims({ backups, own }: RecoveryInput): Newest[] {
  const points = inOrder(knownBackups(backups, own), ({ point }) => point).filter(({ point }) => isForLatest(point));
  const newest = new Map<string, Newest>();
  for (const { source, point } of points) {
    const { namespace, pvc } = point;
    if (namespace === null || pvc === null) continue;
    const claim = `${namespace}/${pvc}`;
    const shape = parseClaimShape(source.catalogue[catalogueKeys.claimShape] ?? '');
    const known = newest.get(claim);
    // A recurring job's point says nothing of the claim's shape: what an older one needs must be kept all the same.
    if (known === undefined) newest.set(claim, { claim, namespace, dataAsOf: point.data_as_of, shape, needs: shape });
    else if (known.needs === undefined) newest.set(claim, { ...known, needs: shape });
  }
  return [...newest.values()].toSorted((a, b) => byText(a.claim, b.claim));
}

/** A policy that is deleted by now counts too, for its points are there. */
function policiesOf({ backups, own }: RecoveryInput): RecoveryFacts['policies'] {
  const points = knownBackups(backups, own)
    .map(({ point }) => point)
    .filter((point) => point.origin === 'own' && isForLatest(point));
  return groupBy(points, ({ policy }) => policy ?? undefined).map(([id, some]) => ({
    id,
    claims: new Set(some.map(({ namespace, pvc }) => `${namespace}/${pvc}`)).size,
    newest: newestInstant(some.map((point) => point.data_as_of)),
  }));
}

function newestInstant(instants: readonly (string | null)[]): string | null {
  return instants.toSorted((a, b) => Date.parse(b ?? '') - Date.parse(a ?? ''))[0] ?? null;
}

function secretsOf({ nodeStageSecretRef, nodePublishSecretRef, nodeExpandSecretRef }: ClaimShape): string[] {
  const refs = [nodeStageSecretRef, nodePublishSecretRef, nodeExpandSecretRef].filter((ref) => ref !== undefined);
  return [...new Set(refs.map(({ namespace, name }) => (namespace === undefined ? name : `${namespace}/${name}`)))];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined && key !== '') groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups].toSorted(([a], [b]) => byText(a, b));
}

export function recoveryFacts(input: RecoveryInput): RecoveryFacts {
  const { self, own, targets, backups, longhornNamespace, longhornVersion, image, now } = input;
  const claims = newestOfClaims(input);
  const points = backups.map((backup) => longhornPoints.describe(backup));
  const shared = whySharedId(points, self, now);
  return {
    written_at: now.toISOString(),
    cluster_id: self.id,
    cluster_uid: self.uid ?? null,
    is_id_of_this_cluster_alone: self.id === self.uid,
    adopted: own.adopted,
    versions: { longhorn: longhornVersion ?? null, soteria_image: image },
    targets: targets.map(({ name, url, credentialSecret, isAvailable }) => ({
      name,
      url: redact(url),
      credential_secret: credentialSecret === undefined ? null : `${longhornNamespace}/${credentialSecret}`,
      is_available: isAvailable,
    })),
    namespaces: groupBy(claims, ({ namespace }) => namespace).map(([namespace, some]) => ({
      namespace,
      claims: some.length,
      newest: newestInstant(some.map(({ dataAsOf }) => dataAsOf)),
    })),
    encrypted: claims
      .filter(({ needs }) => needs?.volume.isEncrypted === true)
      .map(({ claim, needs }) => ({ claim, secrets: needs === undefined ? [] : secretsOf(needs) })),
    backing_images: groupBy(claims, ({ needs }) => needs?.volume.backingImage).map(([name, some]) => ({
      name,
      claims: some.map(({ claim }) => claim),
    })),
    storage_classes: groupBy(claims, ({ needs }) => needs?.storageClassName).map(([name]) => name),
    without_shape: claims
      .filter(({ shape }) => shape === undefined || shape.truncated === true)
      .map(({ claim }) => claim),
    policies: policiesOf(input),
    problems: shared === undefined ? [] : [{ code: shared.code, ...shared.explanation }],
  };
}
