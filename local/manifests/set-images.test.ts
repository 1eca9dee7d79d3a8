import { describe, expect, it } from 'vitest';
import type { ImageChange } from './manifest-object.ts';
import { setImages } from './set-images.ts';

const digest = `sha256:${'a'.repeat(64)}`;

function imageAfter(image: string, change: ImageChange): unknown {
  const spec = { template: { spec: { containers: [{ image }] } } };
  const service = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'backup' }, spec };
  return setImages(service, [change])['spec'];
}

describe('the images of a kustomization', () => {
  it.each([
    ['a tag is added', 'ghcr.io/a/b', { name: 'ghcr.io/a/b', newTag: '1.2' }, 'ghcr.io/a/b:1.2'],
    ['a tag is replaced', 'ghcr.io/a/b:0.1', { name: 'ghcr.io/a/b', newTag: '1.2' }, 'ghcr.io/a/b:1.2'],
    ['a digest takes the place of a tag', 'ghcr.io/a/b:0.1', { name: 'ghcr.io/a/b', digest }, `ghcr.io/a/b@${digest}`],
    [
      'a tag may stand beside a digest',
      'ghcr.io/a/b:0.1',
      { name: 'ghcr.io/a/b', newTag: '2', digest },
      `ghcr.io/a/b:2@${digest}`,
    ],
    ['a new name keeps the tag', 'ghcr.io/a/b:0.1', { name: 'ghcr.io/a/b', newName: 'mirror/b' }, 'mirror/b:0.1'],
    ['the port of a registry is not a tag', 'host:5000/b', { name: 'host:5000/b', newTag: '2' }, 'host:5000/b:2'],
    ['another image stays', 'ghcr.io/a/bc:1', { name: 'ghcr.io/a/b', newTag: '2' }, 'ghcr.io/a/bc:1'],
  ])('%s', (_title, image, change, expected) => {
    expect(imageAfter(image, change)).toEqual({ template: { spec: { containers: [{ image: expected }] } } });
  });
});
