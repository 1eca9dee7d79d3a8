/**
 * The images that volumes stand on. Longhorn's REST API makes a missing one from its backup by itself when a volume needs it; with custom
 * resources alone that is ours to ask for (longhorn.md 3.2).
 */
import * as z from 'zod';
import { SoteriaError } from '../errors.ts';
import { type KubernetesClient, listAll } from '../kubernetes/client.ts';
import { objectShape } from '../kubernetes/core-types.ts';
import { apiVersionOf, type KubernetesObject, type ResourceType } from '../kubernetes/resource-type.ts';
import type { Marks } from './port.ts';
import { longhornGroup, longhornVersion } from './resource-types.ts';

export interface BackingImage {
  readonly name: string;
  /** A copy of it is whole on some disk. */
  readonly isReady: boolean;
  /** Longhorn's words when no copy can be made. */
  readonly failedBecause?: string | undefined;
}

/** A completed backup of a backing image. */
export interface BackingImageBackup {
  readonly image: string;
  readonly target: string;
  readonly url: string;
  readonly checksum?: string | undefined;
  readonly secret?: string | undefined;
  readonly secretNamespace?: string | undefined;
}

export interface BackingImages {
  get(name: string, signal?: AbortSignal): Promise<BackingImage | undefined>;
  /** On that very target; undefined when it was never backed up there. */
  findBackup(name: string, target: string, signal?: AbortSignal): Promise<BackingImageBackup | undefined>;
  /** Has Longhorn make it under its name; one that is there already is success. */
  restore(backup: BackingImageBackup, marks: Marks, signal?: AbortSignal): Promise<void>;
}

const text = z.string().nullish();
const imageWire = objectShape.extend({
  status: z
    .looseObject({
      diskFileStatusMap: z.record(z.string(), z.looseObject({ state: text, message: text }).nullable()).nullish(),
    })
    .nullish(),
});
const imageBackupWire = objectShape.extend({
  spec: z.looseObject({ backingImage: text, backupTargetName: text }).nullish(),
  status: z
    .looseObject({ state: text, url: text, backingImage: text, checksum: text, secret: text, secretNamespace: text })
    .nullish(),
});
type Wire<T extends z.ZodType> = z.infer<T> & KubernetesObject;

const longhorn = { group: longhornGroup, version: longhornVersion, isNamespaced: true };
const backingImages: ResourceType<Wire<typeof imageWire>> = {
  ...longhorn,
  kind: 'BackingImage',
  plural: 'backingimages',
  parse: (wire) => imageWire.parse(wire),
};
const backupBackingImages: ResourceType<Wire<typeof imageBackupWire>> = {
  ...longhorn,
  kind: 'BackupBackingImage',
  plural: 'backupbackingimages',
  parse: (wire) => imageBackupWire.parse(wire),
};

function imageOf({ metadata, status }: Wire<typeof imageWire>): BackingImage {
  const copies = Object.values(status?.diskFileStatusMap ?? {}).filter((copy) => copy !== null);
  const failed = copies.filter(({ state }) => state?.startsWith('failed') === true);
  const isFailed = copies.length > 0 && failed.length === copies.length;
  return {
    name: metadata.name,
    isReady: copies.some(({ state }) => state === 'ready'),
    failedBecause: isFailed ? (failed[0]?.message ?? '') || 'Longhorn gives no reason' : undefined,
  };
}

/** A cluster that does not know the kind has none of them. */
async function unlessUnknown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SoteriaError && (error.code === 'cluster_refused' || error.code === 'not_found'))
      return undefined;
    throw error;
  }
}

export function createBackingImages(
  client: KubernetesClient,
  { namespace }: { readonly namespace: string },
): BackingImages {
  return {
    async get(name, signal) {
      const found = await unlessUnknown(() => client.get(backingImages, { name, namespace }, { signal }));
      return found === undefined ? undefined : imageOf(found);
    },
    async findBackup(name, target, signal) {
      const all = await unlessUnknown(() =>
        Array.fromAsync(listAll(client, backupBackingImages, { namespace }, { signal })),
      );
      for (const { spec, status } of all ?? []) {
        const image = spec?.backingImage ?? status?.backingImage ?? '';
        const url = status?.url ?? '';
        const isWhole = status?.state === 'Completed' && url !== '';
        if (image !== name || (spec?.backupTargetName ?? 'default') !== target || !isWhole) continue;
        const { checksum, secret, secretNamespace } = status;
        return {
          image,
          target,
          url,
          ...((checksum ?? '') === '' ? {} : { checksum: checksum ?? '' }),
          ...((secret ?? '') === '' ? {} : { secret: secret ?? '', secretNamespace: secretNamespace ?? '' }),
        };
      }
      return undefined;
    },
    async restore({ image, target, url, ...more }, marks, signal) {
      const draft = {
        apiVersion: apiVersionOf(backingImages),
        kind: backingImages.kind,
        metadata: { name: image, namespace, labels: { ...marks } },
        spec: {
          sourceType: 'restore',
          sourceParameters: { 'backup-url': url, 'backup-target-name': target },
          ...more,
        },
      };
      try {
        await client.create(backingImages, draft, { signal });
      } catch (error) {
        if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
      }
    },
  };
}
