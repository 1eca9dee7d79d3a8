/**
 * Volumes to which nothing was written since a snapshot, as Longhorn's engine counts: the head is empty and stands on that snapshot. In doubt a volume
 * counts as changed: the engine does not run (a detached volume), its list has an error, the snapshot is removed, or two engines serve the volume.
 */
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { engines } from '@soteria/shared/longhorn/resource-types.ts';
import type { EngineResource } from '@soteria/shared/longhorn/wire.ts';

/** The snapshot, by the volume. */
export type UnchangedVolumes = ReadonlyMap<string, string>;

const head = 'volume-head';

/** Pure. */
export function unchangedSnapshotOf({ metadata, status }: EngineResource): string | undefined {
  if (metadata.deletionTimestamp !== undefined || status?.currentState !== 'running') return undefined;
  if (status.snapshotsError !== undefined && status.snapshotsError !== null && status.snapshotsError !== '')
    return undefined;
  const { size, parent } = status.snapshots?.[head] ?? {};
  if (size !== '0' || parent === undefined || parent === null || parent === '') return undefined;
  const below = status.snapshots?.[parent];
  return below === undefined || below === null || below.removed === true ? undefined : parent;
}

/** Pure. */
export function unchangedVolumes(all: readonly EngineResource[]): UnchangedVolumes {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  for (const engine of all) {
    const volume = engine.spec.volumeName ?? '';
    const snapshot = unchangedSnapshotOf(engine);
    if (seen.has(volume) || snapshot === undefined) found.delete(volume);
    else found.set(volume, snapshot);
    seen.add(volume);
  }
  return found;
}

export async function readUnchanged(
  { client, longhornNamespace }: { readonly client: KubernetesClient; readonly longhornNamespace: string },
  signal: AbortSignal,
): Promise<UnchangedVolumes> {
  return unchangedVolumes(
    await Array.fromAsync(listAll(client, engines, { namespace: longhornNamespace }, { signal })),
  );
}
