import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideSlot, type SlotEntry, type SlotHolder, type SlotNeed } from './decide-slots.ts';

const now = new Date('2026-08-20T02:00:00Z');
const limits = { cluster: 4, node: 2, repository: 1 };

function holderOf(uid: string): SlotHolder {
  return { uid, namespace: 'shop', name: `op-${uid}`, function: 'backup', kind: 'Backup' };
}

function needOf(change: Partial<SlotNeed> = {}): SlotNeed {
  return { on: 'volume', key: 'vol-1', mode: 'shared', ...change };
}

function entryOf(uid: string, change: Partial<SlotNeed> = {}): SlotEntry {
  return { ...holderOf(uid), ...needOf(change), since: now.toISOString() };
}

const cases: readonly [title: string, entries: SlotEntry[], need: SlotNeed, expected: string][] = [
  ['enters when nothing runs', [], needOf(), 'enter'],
  ['finds its own entry again', [entryOf('me', { mode: 'exclusive' })], needOf(), 'held'],
  ['shares a volume with others who share it', [entryOf('a')], needOf(), 'enter'],
  [
    'does not run beside another of its own kind when it must not',
    [entryOf('a')],
    needOf({ isOneOfKind: true }),
    'volume vol-1 is in use by shop/op-a',
  ],
  ['runs beside one of another kind', [{ ...entryOf('a'), kind: 'Restore' }], needOf({ isOneOfKind: true }), 'enter'],
  [
    'does not share with one who works exclusively',
    [entryOf('a', { mode: 'exclusive' })],
    needOf(),
    'volume vol-1 is in use by shop/op-a',
  ],
  [
    'wants it alone and waits for those who share',
    [entryOf('a')],
    needOf({ mode: 'exclusive' }),
    'volume vol-1 is in use by shop/op-a',
  ],
  [
    'does not mind a repository of the same name',
    [entryOf('a', { on: 'repository', mode: 'exclusive' })],
    needOf(),
    'enter',
  ],
  [
    'waits when so many of its kind run, wherever they do',
    [entryOf('a', { key: 'v2', node: 'n1' }), entryOf('b', { key: 'v3', node: 'n2' })],
    needOf({ atMostOfKind: 2 }),
    '2 of 2 slots of operations of kind Backup are in use',
  ],
  [
    'does not count others for that',
    [{ ...entryOf('a', { key: 'v2' }), kind: 'Restore' }, entryOf('b', { key: 'v3' })],
    needOf({ atMostOfKind: 2 }),
    'enter',
  ],
  [
    'waits when the node is full',
    [entryOf('a', { key: 'v2', node: 'n1' }), entryOf('b', { key: 'v3', node: 'n1' })],
    needOf({ node: 'n1' }),
    '2 of 2 slots on node n1 are in use',
  ],
  [
    'goes to another node',
    [entryOf('a', { key: 'v2', node: 'n1' }), entryOf('b', { key: 'v3', node: 'n1' })],
    needOf({ node: 'n2' }),
    'enter',
  ],
  [
    'is not held by a node when it has none yet',
    [entryOf('a', { key: 'v2', node: 'n1' }), entryOf('b', { key: 'v3', node: 'n1' })],
    needOf(),
    'enter',
  ],
  [
    'waits when the repository is full',
    [entryOf('a', { on: 'repository', key: 'r' })],
    needOf({ on: 'repository', key: 'r' }),
    '1 of 1 slots in repository r are in use',
  ],
  [
    'waits when the cluster is full',
    ['a', 'b', 'c', 'd'].map((uid) => entryOf(uid, { key: uid })),
    needOf(),
    '4 of 4 slots in the cluster are in use',
  ],
];

describe('who wants a slot', () => {
  it.each(cases)('%s', (_title, entries, need, expected) => {
    const decided = decideSlot({ entries, holder: holderOf('me'), need, limits, now });
    expect(decided.decision === 'refuse' ? decided.waitsFor : decided.decision).toBe(expected);
  });

  it('never lets a limit be exceeded, nor an exclusive worker have company', () => {
    const move = fc.record({
      uid: fc.integer({ min: 1, max: 12 }),
      isLeaving: fc.boolean(),
      on: fc.constantFrom('volume' as const, 'repository' as const),
      key: fc.constantFrom('x', 'y', 'z'),
      mode: fc.constantFrom('shared' as const, 'exclusive' as const),
      node: fc.constantFrom('n1', 'n2', undefined),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        let entries: readonly SlotEntry[] = [];
        for (const { uid, isLeaving, ...need } of moves) {
          const holder = holderOf(String(uid));
          if (isLeaving) {
            entries = entries.filter((entry) => entry.uid !== holder.uid);
            continue;
          }
          const decided = decideSlot({ entries, holder, need, limits, now });
          if (decided.decision === 'enter') entries = [...entries, decided.entry];
          const count = (of: (entry: SlotEntry) => boolean) => entries.filter(of).length;
          expect(entries.length).toBeLessThanOrEqual(limits.cluster);
          expect(new Set(entries.map((entry) => entry.uid)).size).toBe(entries.length);
          for (const node of ['n1', 'n2'])
            expect(count((entry) => entry.node === node)).toBeLessThanOrEqual(limits.node);
          for (const one of entries) {
            const sameKey = count(({ on, key }) => on === one.on && key === one.key);
            if (one.mode === 'exclusive') expect(sameKey).toBe(1);
            if (one.on === 'repository') expect(sameKey).toBeLessThanOrEqual(limits.repository);
          }
        }
      }),
    );
  });
});
