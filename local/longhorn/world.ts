/** The tools of every reconciler, and the few writes they share. They write status to the status subresource, as a real API server needs it. */
import type { WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import type { Faults } from './fault-table.ts';
import type { Folders } from './folders.ts';
import type { Known } from './known-objects.ts';
import type { Pace } from './pace.ts';
import type { RestoreResult } from './store/restore.ts';
import type { UploadResult } from './store/upload.ts';
import type { Transfers } from './transfers.ts';

export interface World {
  readonly client: WatchingClient;
  /** Longhorn's own finalizer. */
  readonly namespace: string;
  readonly folders: Folders;
  readonly faults: Faults;
  readonly pace: Pace;
  readonly known: Known;
  readonly uploads: Transfers<UploadResult>;
  /** Restores, keyed by the volume that they fill. */
  readonly restores: Transfers<RestoreResult>;
  /** Backups that must not be read from the target again yet. */
  readonly heldBack: ReadonlySet<string>;
  /** Targets to be read at the next look, due or not. */
  readonly urgentSyncs: Set<string>;
  /** Since when each lost target has been lost, in milliseconds. */
  readonly lostSince: Map<string, number>;
  /** Storage classes whose claims are provisioned. */
  readonly storageClasses: readonly string[];
  /** New volumes are attached, as if a pod used them. */
  readonly attachNewVolumes: boolean;
  readonly nodeName: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  now(): Date;
}

export const finalizer = 'longhorn.io';

/** RFC 3339 in whole seconds, as Longhorn writes instants. */
export function instantOf(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}

export async function patchStatus<T extends KubernetesObject>(
  world: World,
  type: ResourceType<T>,
  object: T,
  status: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { name, namespace } = object.metadata;
  await world.client.patch(type, { name, namespace }, { status }, { subresource: 'status', signal: world.signal });
}

/** Puts our finalizer and these labels on the object; writes nothing where admission has done so already. */
export async function ensureMetadata<T extends KubernetesObject>(
  world: World,
  type: ResourceType<T>,
  object: T,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const { name, namespace, resourceVersion, finalizers = [] } = object.metadata;
  const isMissing = Object.entries(labels).some(([key, value]) => object.metadata.labels?.[key] !== value);
  if (finalizers.includes(finalizer) && !isMissing) return;
  const metadata = { resourceVersion, finalizers: [...new Set([...finalizers, finalizer])], labels };
  await world.client.patch(type, { name, namespace }, { metadata }, { signal: world.signal });
}

/** The API server deletes the object once its last finalizer is gone. */
export async function removeFinalizer<T extends KubernetesObject>(
  world: World,
  type: ResourceType<T>,
  object: T,
): Promise<void> {
  const { name, namespace, resourceVersion, finalizers = [] } = object.metadata;
  if (!finalizers.includes(finalizer)) return;
  const metadata = { resourceVersion, finalizers: finalizers.filter((each) => each !== finalizer) };
  await world.client.patch(type, { name, namespace }, { metadata }, { signal: world.signal });
}

export function isDeleting(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
