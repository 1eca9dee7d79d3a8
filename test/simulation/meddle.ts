/** Others who write to the same cluster: they change, delete and make things without asking. */
import { operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import { isRefusal } from '@soteria/shared/fakes/kubernetes/cluster-state.ts';
import type { KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import {
  backupTargetLabel,
  backupVolumeLabel,
  backups,
  longhornGroup,
  longhornVersion,
  snapshots,
} from '@soteria/shared/longhorn/resource-types.ts';
import { longhornName, timeFromName } from '@soteria/shared/operation/record/names.ts';
import { settingsName } from '@soteria/shared/settings/paused.ts';
import { group, type Operation, version } from '@soteria/shared/operation/record/schema.ts';
import { slotsName } from '@soteria/shared/operation/queue/slots.ts';
import type { Meddling } from './history.ts';
import { longhornNamespace } from './longhorn/objects.ts';
import { targetName } from './longhorn/parts.ts';
import { operationsIn } from './read-ending.ts';
import { volumeOfClaim } from './seed-cluster.ts';
import type { World } from './world.ts';

function choose<T>(all: readonly T[], nth: number): T | undefined {
  return all[nth % Math.max(1, all.length)];
}

function annotate({ cluster, dice }: World, path: { group: string; version: string; plural: string }, name: string) {
  const [found] = cluster.api.list(path, { fieldSelector: `metadata.name=${name}` }).items;
  if (found === undefined) return;
  const { namespace } = found.metadata;
  cluster.api.patch({ ...path, namespace, name }, (current) => ({
    ...current,
    metadata: { ...current.metadata, annotations: { touched: String(dice.next()) } },
  }));
}

/** One of Soteria's own, chosen by its mark or its name. */
function removeOne(world: World, type: typeof snapshots | typeof backups, nth: number): void {
  const { cluster, evidence } = world;
  const ours = (cluster.api.list(type).items as unknown as KubernetesObject[]).filter(
    ({ metadata }) => metadata.name.startsWith('soteria-backup-') && !evidence.foreign.has(metadata.uid),
  );
  const one = choose(ours, nth);
  if (one === undefined) return;
  const { name } = one.metadata;
  try {
    cluster.api.delete({ ...type, namespace: longhornNamespace, name });
  } catch (thrown) {
    // Longhorn's webhook refuses a person as it refuses Soteria.
    if (isRefusal(thrown)) return;
    throw thrown;
  }
  evidence.removedByOthers.add(name);
}

/** Somebody has an object under the very name an operation will want. */
function takeTheNextName(world: World, operation: Operation): void {
  const { cluster, evidence } = world;
  const { name, uid, creationTimestamp, namespace = '' } = operation.metadata;
  const claim = operation.spec.request.pvc ?? '';
  const attempt = (operation.status?.work?.attempt ?? 0) + 1;
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  const wanted = longhornName({ namespace, claim, at, operationUid: uid, attempt });
  const isTaken = [...cluster.api.list(snapshots).items, ...cluster.api.list(backups).items].some(
    ({ metadata }) => metadata.name === wanted,
  );
  if (isTaken) return;
  const apiVersion = `${longhornGroup}/${longhornVersion}`;
  const volume = volumeOfClaim(claim);
  for (const kind of ['Snapshot', 'Backup'] as const) {
    const labels =
      kind === 'Snapshot'
        ? { longhornvolume: volume }
        : { [backupVolumeLabel]: volume, [backupTargetLabel]: targetName, [operationUidLabel]: 'another-cluster' };
    cluster.seed({
      apiVersion,
      kind,
      metadata: { name: wanted, namespace: longhornNamespace, uid: `foreign-${kind}-${wanted}`, labels },
      spec: kind === 'Snapshot' ? { volume } : { snapshotName: 'elsewhere', labels: {} },
      status: kind === 'Snapshot' ? { readyToUse: true, creationTime: '2026-08-19T00:00:00Z' } : { state: 'Error' },
    });
    evidence.foreign.add(`foreign-${kind}-${wanted}`);
  }
}

/** Deleting an open one cancels it. */
function forget({ cluster, evidence }: World, { metadata: { name, namespace, uid } }: Operation): void {
  evidence.removedByOthers.add(uid);
  cluster.api.delete({ group, version, plural: 'operations', namespace, name });
}

/** As Flux does with what it finds missing: those that came by `kubectl`, under their names. */
function applyAgain({ cluster, evidence }: World, nth: number): void {
  const lost = evidence.changes.flatMap(({ before, after }) =>
    after === undefined && before !== undefined && before.spec.identity === undefined ? [before] : [],
  );
  const one = choose(lost, nth);
  if (one === undefined) return;
  const { name, namespace } = one.metadata;
  if (operationsIn({ cluster }).some(({ metadata }) => metadata.name === name)) return;
  const { kind, request } = one.spec;
  cluster.api.create(
    { group, version, plural: 'operations', namespace },
    {
      apiVersion: `${group}/${version}`,
      kind: 'Operation',
      metadata: { name },
      spec: { kind, request: { ...request } },
    },
  );
}

export function throwSwitch({ cluster, evidence, now }: World, isPaused: boolean): void {
  const path = { group: '', version: 'v1', plural: 'configmaps', namespace: 'soteria' };
  const data = { paused: String(isPaused) };
  const isThere = cluster.api.list(path, { fieldSelector: `metadata.name=${settingsName}` }).items.length > 0;
  if (isThere) cluster.api.patch({ ...path, name: settingsName }, (current) => ({ ...current, data }));
  else cluster.api.create(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: settingsName }, data });
  evidence.pausedAt = isPaused ? (evidence.pausedAt ?? now()) : undefined;
}

export function meddle(world: World, how: Meddling, nth: number): void {
  const operation = choose(operationsIn(world), nth);
  switch (how) {
    case 'annotate an operation':
      if (operation !== undefined) annotate(world, { group, version, plural: 'operations' }, operation.metadata.name);
      return;
    case 'annotate the slots':
      return annotate(world, { group: '', version: 'v1', plural: 'configmaps' }, slotsName);
    case 'delete a snapshot':
      return removeOne(world, snapshots, nth);
    case 'delete a backup':
      return removeOne(world, backups, nth);
    case 'take the next name':
      if (operation !== undefined) takeTheNextName(world, operation);
      return;
    case 'read the target':
      return world.longhorn.askForSync();
    case 'delete an operation':
      if (operation !== undefined) forget(world, operation);
      return;
    case 'apply again what was deleted':
      return applyAgain(world, nth);
    case 'throw the switch':
      return throwSwitch(world, nth % 2 === 0);
  }
}
