import { describe, expect, it } from 'vitest';
import { parseTarget } from './parse-target.ts';

const core = { group: '', version: 'v1' };
const batch = { group: 'batch', version: 'v1', plural: 'jobs' };

describe('the target of a path', () => {
  it.each([
    ['/api/v1/pods', { type: 'collection', path: { ...core, plural: 'pods' } }],
    ['/api/v1/namespaces', { type: 'collection', path: { ...core, plural: 'namespaces' } }],
    ['/api/v1/namespaces/a', { type: 'object', path: { ...core, plural: 'namespaces', name: 'a' } }],
    [
      '/api/v1/namespaces/a/status',
      { type: 'object', path: { ...core, plural: 'namespaces', name: 'a' }, subresource: 'status' },
    ],
    ['/api/v1/namespaces/a/pods', { type: 'collection', path: { ...core, plural: 'pods', namespace: 'a' } }],
    ['/apis/batch/v1/jobs', { type: 'collection', path: batch }],
    ['/apis/batch/v1/namespaces/a/jobs/b', { type: 'object', path: { ...batch, namespace: 'a', name: 'b' } }],
    [
      '/apis/batch/v1/namespaces/a/jobs/b/status',
      { type: 'object', path: { ...batch, namespace: 'a', name: 'b' }, subresource: 'status' },
    ],
    [
      '/apis/batch/v1/namespaces/a/jobs/system%3Ab',
      { type: 'object', path: { ...batch, namespace: 'a', name: 'system:b' } },
    ],
    ['/api/v1', undefined],
    ['/apis/batch/v1/', undefined],
    ['/nonsense', undefined],
    ['/', undefined],
  ])('%s', (pathname, target) => {
    expect(parseTarget(pathname)).toEqual(target);
  });
});
