import { describe, expect, it } from 'vitest';
import { operations } from '../operation/record/schema.ts';
import { configMaps, nodes } from './core-types.ts';
import { collectionPath, describeTarget, objectPath, withParameters } from './resource-path.ts';

describe('paths on the API server', () => {
  const cases: readonly (readonly [path: string, made: string])[] = [
    ['/api/v1/configmaps', collectionPath(configMaps, undefined)],
    ['/api/v1/namespaces/shop/configmaps', collectionPath(configMaps, 'shop')],
    ['/api/v1/nodes/n1', objectPath(nodes, { name: 'n1' })],
    [
      '/apis/soteria.dev/v1alpha1/namespaces/shop/operations/a/status',
      objectPath(operations, { name: 'a', namespace: 'shop' }, 'status'),
    ],
    ['/api/v1/nodes/system:node%20%3F%23', objectPath(nodes, { name: 'system:node ?#' }).replace('%3A', ':')],
  ];
  it.each(cases)('are %s', (path, made) => {
    expect(made).toBe(path);
  });

  const refused: readonly (readonly [title: string, make: () => string])[] = [
    [
      'an empty name, which would mean the whole collection',
      () => objectPath(configMaps, { name: '', namespace: 'a' }),
    ],
    ['an empty namespace', () => objectPath(configMaps, { name: 'a', namespace: '' })],
    ['a name with a slash', () => objectPath(nodes, { name: '../configmaps' })],
    ['a name that climbs', () => objectPath(nodes, { name: '..' })],
    ['a namespaced object without its namespace', () => objectPath(configMaps, { name: 'a' })],
    ['a cluster-scoped object with a namespace', () => objectPath(nodes, { name: 'a', namespace: 'b' })],
  ];
  it.each(refused)('are not made from %s', (_title, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('carry only the parameters that say something', () => {
    const parameters = { labelSelector: 'a in (b,c)', limit: 5, continue: undefined, watch: false, fieldSelector: '' };
    expect(withParameters('/api/v1/nodes', parameters)).toBe('/api/v1/nodes?labelSelector=a+in+%28b%2Cc%29&limit=5');
    expect(withParameters('/api/v1/nodes', {})).toBe('/api/v1/nodes');
  });

  it('are named in words for error texts', () => {
    expect(describeTarget(operations, { name: 'a', namespace: 'shop' })).toBe(
      'operations.soteria.dev "a" in namespace "shop"',
    );
    expect(describeTarget(nodes, {})).toBe('nodes');
  });
});
