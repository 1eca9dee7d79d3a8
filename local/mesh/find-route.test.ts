import { describe, expect, it } from 'vitest';
import { findRoute, readPrefixes } from './find-route.ts';

const routes = [
  { prefix: '/v1/backup', url: 'a' },
  { prefix: '/v1/backups', url: 'b' },
  { prefix: '/v1/operations', url: 'a' },
  { prefix: '/v1', url: 'c' },
];

describe('a route', () => {
  it.each([
    ['/v1/backup', 'a'],
    ['/v1/backup/x', 'a'],
    ['/v1/backups', 'b'],
    ['/v1/backupsets', 'c'],
    ['/v1/operations/a/cancel', 'a'],
    ['/v2', undefined],
    ['/', undefined],
  ])('for %s is %s', (path, url) => {
    expect(findRoute(routes, path)?.url).toBe(url);
  });

  it('of a lone slash covers the paths that no other Service claims', () => {
    expect(findRoute([...routes, { prefix: '/', url: 'd' }], '/index.html')?.url).toBe('d');
  });

  it('is read from the annotation without trailing slashes and empty parts', () => {
    expect(readPrefixes(' /v1/backup/, /v1/backups,,relative,/ ')).toEqual(['/v1/backup', '/v1/backups', '/']);
    expect(readPrefixes(undefined)).toEqual([]);
  });
});
