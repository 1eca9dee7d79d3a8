/** What Kustomize's `images` do: every container of that image gets the new name, tag or digest, wherever it stands. */
import type { ImageChange, ManifestObject } from './manifest-object.ts';

export function setImages(object: ManifestObject, changes: readonly ImageChange[]): ManifestObject {
  return changes.length === 0 ? object : changeIn(object, changes);
}

function changeIn<T>(value: T, changes: readonly ImageChange[]): T;
function changeIn(value: unknown, changes: readonly ImageChange[]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => changeIn(item, changes));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]: [string, unknown]) => {
    const isContainers = key === 'containers' || key === 'initContainers';
    const changed = isContainers && Array.isArray(member) ? member.map((one) => withImage(one, changes)) : member;
    return [key, changeIn(changed, changes)];
  });
  return Object.fromEntries(members);
}

function withImage(container: unknown, changes: readonly ImageChange[]): unknown {
  if (typeof container !== 'object' || container === null || !('image' in container)) return container;
  if (typeof container.image !== 'string') return container;
  const image = changes.reduce(changeImage, container.image);
  return { ...container, image };
}

function changeImage(image: string, { name, newName, newTag, digest }: ImageChange): string {
  const present = /^(?<name>.+?)(?<tag>:[^/@]+)?(?<digest>@.+)?$/.exec(image)?.groups;
  if (present?.['name'] !== name) return image;
  // A new tag or digest replaces both the old tag and the old digest: an old tag beside a new digest would name another image.
  const isReplaced = newTag !== undefined || digest !== undefined;
  const tag = isReplaced ? prefixed(':', newTag) : (present['tag'] ?? '');
  const hash = isReplaced ? prefixed('@', digest) : (present['digest'] ?? '');
  return `${newName ?? name}${tag}${hash}`;
}

function prefixed(sign: string, text: string | undefined): string {
  return text === undefined ? '' : `${sign}${text}`;
}
