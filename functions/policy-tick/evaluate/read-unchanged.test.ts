import { engines } from '@soteria/shared/longhorn/resource-types.ts';
import { describe, expect, it } from 'vitest';
import { unchangedVolumes } from './read-unchanged.ts';

function engine(status: object, name = 'v-e-0') {
  const metadata = { name, namespace: 'longhorn-system', uid: name, resourceVersion: '1', creationTimestamp: '' };
  return engines.parse({
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Engine',
    metadata,
    spec: { volumeName: 'v' },
    status,
  });
}
const snapshots = { 'volume-head': { size: '0', parent: 's1' }, s1: { size: '4096', removed: false } };
const idle = { currentState: 'running', snapshots };

describe('a volume', () => {
  it('is unchanged since the snapshot below its empty head', () => {
    expect([...unchangedVolumes([engine(idle)])]).toEqual([['v', 's1']]);
  });

  it.each([
    ['its head holds data', { ...idle, snapshots: { ...snapshots, 'volume-head': { size: '4096', parent: 's1' } } }],
    ['its engine does not run', { ...idle, currentState: 'stopped' }],
    ['its list of snapshots has an error', { ...idle, snapshotsError: 'timeout' }],
    ['no list of snapshots is there', { currentState: 'running', snapshots: null }],
    ['its head has no size', { ...idle, snapshots: { ...snapshots, 'volume-head': { parent: 's1' } } }],
    ['it has no snapshot', { ...idle, snapshots: { 'volume-head': { size: '0', parent: '' } } }],
    ['the snapshot is not in the list', { ...idle, snapshots: { 'volume-head': { size: '0', parent: 's9' } } }],
    ['the snapshot is marked removed', { ...idle, snapshots: { ...snapshots, s1: { size: '4096', removed: true } } }],
  ])('counts as changed when %s', (_why, status) => {
    expect(unchangedVolumes([engine(status)]).size).toBe(0);
  });

  it('counts as changed while two engines serve it', () => {
    expect(unchangedVolumes([engine(idle), engine(idle, 'v-e-1')]).size).toBe(0);
    expect(unchangedVolumes([engine(idle), engine({ currentState: 'stopped' }, 'v-e-1')]).size).toBe(0);
  });
});
