/** Reads the cluster page by page into a `ClusterView`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { createCoverageStore, decodeAll } from '@soteria/shared/coverage/coverage-store.ts';
import { readLastEvaluation } from '@soteria/shared/coverage/last-evaluation.ts';
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { backupFromWire, backupVolumeFromWire } from '@soteria/shared/longhorn/from-wire.ts';
import { backups, backupVolumes } from '@soteria/shared/longhorn/resource-types.ts';
import { toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { createOperationStore, openSelector } from '@soteria/shared/operation/record/store.ts';
import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import { judgeBy } from '@soteria/shared/restore-points/judge-points.ts';
import { instantOf, isForLatest } from '@soteria/shared/restore-points/order.ts';
import { createVerifiedPoints, verifiedOf } from '@soteria/shared/restore-points/verified-points.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import {
  type BoundVolume,
  type ClusterView,
  type FailedBackup,
  maxRuns,
  type OpenWork,
  type PointTotals,
  type Problem,
} from './cluster-view.ts';

export interface ViewSources {
  readonly client: KubernetesClient;
  /** Soteria's own. */
  readonly namespace: string;
  readonly longhornNamespace: string;
  readonly clusterId: string | undefined;
}

export async function gatherView(sources: ViewSources): Promise<ClusterView> {
  const { client, namespace, clusterId } = sources;
  const problems: Problem[] = [];
  const orProblem = async <T>(read: Promise<T>): Promise<T | undefined> => {
    try {
      return await read;
    } catch (error) {
      if (!(error instanceof SoteriaError)) throw error;
      problems.push({ code: error.code, ...error.explanation });
      return undefined;
    }
  };
  const [texts, last, own, proofs] = await Promise.all([
    createCoverageStore(client, namespace).read(),
    readLastEvaluation(client, namespace),
    createClusterReader(client, clusterId, namespace).ownClusters(),
    createVerifiedPoints(client, namespace).proofs(),
  ]);
  const [points, storedBytes, volumes, open, failed] = await Promise.all([
    orProblem(readPoints(sources, own, proofs)),
    orProblem(readStoredBytes(sources)),
    readVolumes(client),
    readOpen(client),
    readFailed(client),
  ]);
  return {
    coverage: decodeAll(texts),
    evaluatedAt: last.evaluatedAt,
    points: points?.ofClaims,
    pointsOfVolumes: points?.ofVolumes ?? new Map(),
    volumes,
    storedBytes: storedBytes ?? new Map(),
    proofs: new Map(verifiedOf(proofs).map((one) => [`${one.namespace}/${one.pvc}`, one])),
    open,
    failed,
    problems,
  };
}

async function readPoints(
  { client, longhornNamespace }: ViewSources,
  own: OwnClusters,
  proofs: readonly ClaimProof[],
): Promise<{ ofClaims: Map<string, PointTotals>; ofVolumes: Map<string, PointTotals> }> {
  const judge = judgeBy(proofs);
  const ofClaims = new Map<string, PointTotals>();
  const ofVolumes = new Map<string, PointTotals>();
  for await (const resource of listAll(client, backups, { namespace: longhornNamespace })) {
    const point = judge(toRestorePoint(backupFromWire(resource), own));
    if (!isForLatest(point) || point.refuted_at !== null) continue;
    const [map, key] =
      point.pvc === null
        ? ([ofVolumes, point.volume ?? ''] as const)
        : ([ofClaims, `${point.namespace}/${point.pvc}`] as const);
    let totals = map.get(key);
    if (totals === undefined) map.set(key, (totals = { count: 0, newestMs: [] }));
    totals.count += 1;
    addNewest(totals.newestMs, instantOf(point));
  }
  return { ofClaims, ofVolumes };
}

function addNewest(newestMs: number[], atMs: number): void {
  newestMs.push(atMs);
  newestMs.sort((a, b) => b - a);
  if (newestMs.length > maxRuns) newestMs.pop();
}

async function readStoredBytes({ client, longhornNamespace }: ViewSources): Promise<Map<string, bigint>> {
  const stored = new Map<string, bigint>();
  for await (const resource of listAll(client, backupVolumes, { namespace: longhornNamespace })) {
    const { volume, dataStoredBytes } = backupVolumeFromWire(resource);
    if (dataStoredBytes !== undefined) stored.set(volume, (stored.get(volume) ?? 0n) + dataStoredBytes);
  }
  return stored;
}

async function readVolumes(client: KubernetesClient): Promise<Map<string, BoundVolume>> {
  const volumes = new Map<string, BoundVolume>();
  for await (const { metadata, spec } of listAll(client, persistentVolumes)) {
    const { driver, volumeHandle } = spec?.csi ?? {};
    // Most handles are the name again: one text for both.
    const handle = volumeHandle === metadata.name ? metadata.name : volumeHandle;
    volumes.set(metadata.name, { driver, handle, claimUid: spec?.claimRef?.uid });
  }
  return volumes;
}

/** A restore is work on the claim that it makes, everything else on the claim that it is about. */
function claimKeyOf(operation: Operation): string {
  const { namespace, pvc } = operation.spec.kind === 'Restore' ? claimRefOf(operation) : sourceRefOf(operation);
  return `${namespace}/${pvc}`;
}

async function readOpen(client: KubernetesClient): Promise<Map<string, OpenWork>> {
  const open = new Map<string, OpenWork>();
  for await (const operation of createOperationStore(client).each({ fieldSelector: openSelector })) {
    const key = claimKeyOf(operation);
    const { phase, progress, message } = statusOf(operation);
    // What runs is shown before what waits.
    if (open.get(key)?.phase === 'Running') continue;
    const { name, namespace = '' } = operation.metadata;
    open.set(key, { operation: name, namespace, kind: operation.spec.kind, phase, progress, message });
  }
  return open;
}

async function readFailed(client: KubernetesClient): Promise<Map<string, FailedBackup[]>> {
  const failed = new Map<string, FailedBackup[]>();
  for await (const operation of createOperationStore(client).each({ fieldSelector: 'status.phase=Failed' })) {
    const { kind } = operation.spec;
    const { error, finishedAt } = statusOf(operation);
    if (kind !== 'Backup' || error === undefined) continue;
    const { code, why, fix } = error;
    const atMs = Date.parse(finishedAt ?? operation.metadata.creationTimestamp);
    const key = claimKeyOf(operation);
    const list = failed.get(key) ?? [];
    failed.set(
      key,
      [...list, { operation: operation.metadata.name, atMs, code, why, fix }]
        .toSorted((a, b) => b.atMs - a.atMs)
        .slice(0, maxRuns),
    );
  }
  return failed;
}
