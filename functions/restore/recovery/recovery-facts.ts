/**
 * What is not on the backup targets and must be kept elsewhere to come back when the cluster is gone. Pure: from the points' own shapes and
 * Longhorn's targets. Names of Secrets only; nothing here has ever read one.
 */
import { redact } from '@soteria/shared/function/redact.ts';
import type { ClusterIdentity } from '@soteria/shared/kubernetes/cluster-reader.ts';
import { type ClaimShape, parseClaimShape } from '@soteria/shared/longhorn/claim-shape.ts';
import { type Backup, type BackupTarget, whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import type { OwnClusters } from '@soteria/shared/restore-points/own-clusters.ts';
import { newestFirst, toRestorePoint } from '@soteria/shared/longhorn/restore-point.ts';
import { whySharedId } from '@soteria/shared/restore-points/shared-cluster-id.ts';
import { catalogueKeys } from '@soteria/shared/operation/marks.ts';

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
  /** None in this version. */
  readonly policies: readonly string[];
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
}

const byText = (a: string, b: string): number => a.localeCompare(b);

/** Of each claim the newest point that can be restored: that is what a recovery takes. */
function newestOfClaims({ backups, own }: RecoveryInput): Newest[] {
  const points = backups
    .filter((backup) => whyNotRestorable(backup) === undefined)
    .map((backup) => ({ backup, point: toRestorePoint(backup, own) }))
    .filter(({ point }) => point.origin === 'own')
    .toSorted((a, b) => newestFirst(a.point, b.point));
  const newest = new Map<string, Newest>();
  for (const { backup, point } of points) {
    const { namespace, pvc } = point;
    if (namespace === null || pvc === null) continue;
    const claim = `${namespace}/${pvc}`;
    if (newest.has(claim)) continue;
    const shape = parseClaimShape(backup.catalogue[catalogueKeys.claimShape] ?? '');
    newest.set(claim, { claim, namespace, dataAsOf: point.data_as_of, shape });
  }
  return [...newest.values()].toSorted((a, b) => byText(a.claim, b.claim));
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
  const shared = whySharedId(backups, self, now);
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
      newest:
        some
          .map(({ dataAsOf }) => dataAsOf ?? '')
          .toSorted(byText)
          .at(-1) ?? null,
    })),
    encrypted: claims
      .filter(({ shape }) => shape?.volume.isEncrypted === true)
      .map(({ claim, shape }) => ({ claim, secrets: shape === undefined ? [] : secretsOf(shape) })),
    backing_images: groupBy(claims, ({ shape }) => shape?.volume.backingImage).map(([name, some]) => ({
      name,
      claims: some.map(({ claim }) => claim),
    })),
    storage_classes: groupBy(claims, ({ shape }) => shape?.storageClassName).map(([name]) => name),
    without_shape: claims
      .filter(({ shape }) => shape === undefined || shape.truncated === true)
      .map(({ claim }) => claim),
    policies: [],
    problems: shared === undefined ? [] : [{ code: shared.code, ...shared.explanation }],
  };
}
