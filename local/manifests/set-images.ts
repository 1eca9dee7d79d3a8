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
  // A digest names the bytes: with it, no tag is kept.
  if (digest !== undefined) return `${newName ?? name}@${digest}`;
  if (newTag !== undefined) return `${newName ?? name}:${newTag}`;
  return `${newName ?? name}${present['tag'] ?? ''}${present['digest'] ?? ''}`;
}
