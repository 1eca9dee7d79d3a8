import { beforeEach, describe, expect, it } from 'vitest';
import { SoteriaError } from '../../errors.ts';
import { configMaps } from '../../kubernetes/core-types.ts';
import { createMemoryCluster, type MemoryCluster } from '../../fakes/kubernetes/memory-cluster.ts';
import { customKind } from '../../fakes/kubernetes/memory-kinds.ts';
import type { SlotHolder, SlotNeed } from './decide-slots.ts';
import { placeInQueue } from './place-in-queue.ts';
import { type Operation, operations } from '../record/schema.ts';
import { createSlots, type Slots, slotsName } from './slots.ts';
import { createOperationStore } from '../record/store.ts';

const limits = { cluster: 2, node: 1, repository: 1 };
const ref = { namespace: 'soteria', name: slotsName };

let time = 0;
let cluster: MemoryCluster;
let slots: Slots;

const now = () => new Date(time);

beforeEach(() => {
  time = Date.parse('2026-08-20T02:00:00Z');
  cluster = createMemoryCluster({
    now,
    namespaces: ['shop', 'soteria'],
    kinds: [customKind(operations, { selectableFields: ['status.phase'] })],
  });
  slots = createSlots({ client: cluster.client, namespace: 'soteria', limits, now });
});

async function record(name: string): Promise<Operation> {
  time += 1_000;
  const spec = { kind: 'Backup', request: { pvc: 'data' } } as const;
  return createOperationStore(cluster.client).create({ namespace: 'shop', name, spec });
}

function holderOf({ metadata, spec }: Operation): SlotHolder {
  return { uid: metadata.uid, namespace: 'shop', name: metadata.name, function: 'backup', kind: spec.kind };
}

function on(key: string): SlotNeed {
  return { on: 'volume', key, mode: 'shared' };
}

describe('the slots', () => {
  it('are one ConfigMap with one readable entry for each running operation', async () => {
    const one = await record('one');
    expect(await slots.enter(holderOf(one), { ...on('vol-1'), node: 'n1' })).toEqual({ entered: true, beside: [] });
    expect(await slots.enter(holderOf(one), on('vol-1'))).toEqual({ entered: true });
    const config = await cluster.client.get(configMaps, ref);
    expect(Object.keys(config?.data ?? {})).toEqual([one.metadata.uid]);
    expect(JSON.parse(config?.data?.[one.metadata.uid] ?? '')).toMatchObject({ name: 'one', key: 'vol-1', node: 'n1' });
    await slots.leave(one.metadata.uid);
    await slots.leave(one.metadata.uid);
    expect(await slots.entries()).toEqual([]);
  });

  it('refuse the third of two, and say what it waits for', async () => {
    for (const name of ['one', 'two']) await slots.enter(holderOf(await record(name)), on(name));
    const third = await record('three');
    expect(await slots.enter(holderOf(third), on('three'))).toEqual({
      entered: false,
      waitsFor: '2 of 2 slots in the cluster are in use',
    });
  });

  it('go to no more than the limit when many come at once', async () => {
    const all = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(record));
    const answers = await Promise.allSettled(all.map((one) => slots.enter(holderOf(one), on(one.metadata.name))));
    expect(answers.filter((one) => one.status === 'fulfilled' && one.value.entered)).toHaveLength(2);
    expect(await slots.entries()).toHaveLength(2);
  });

  it('are written again after a conflict, and only then', async () => {
    let conflicts = 2;
    const client = {
      ...cluster.client,
      replace: (...given: Parameters<typeof cluster.client.replace>) => {
        conflicts -= 1;
        if (conflicts < 0) return cluster.client.replace(...given);
        throw new SoteriaError('cluster_conflict', { what: 'w', why: 'y', fix: 'f' });
      },
    } as typeof cluster.client;
    await slots.enter(holderOf(await record('one')), on('one'));
    const contended = createSlots({ client, namespace: 'soteria', limits, now });
    expect(await contended.enter(holderOf(await record('two')), on('two'))).toMatchObject({ entered: true });
    expect(conflicts).toBe(-1);
  });

  it('are entered and left with one call each while nobody else writes, and are right when somebody does', async () => {
    const calls: string[] = [];
    const client = new Proxy(cluster.client, {
      get(target, verb): unknown {
        calls.push(String(verb));
        return Reflect.get(target, verb);
      },
    });
    const [one, two, other, last] = await Promise.all(['one', 'two', 'other', 'last'].map(record));
    if (!one || !two || !other || !last) throw new Error('not recorded');
    const mine = createSlots({ client, namespace: 'soteria', limits, now });
    expect(await mine.enter(holderOf(one), on('one'))).toEqual({ entered: true, beside: [] });
    expect(await mine.enter(holderOf(two), on('two'))).toEqual({ entered: true, beside: [one.metadata.uid] });
    await mine.leave(one.metadata.uid);
    expect(calls).toEqual(['get', 'create', 'replace', 'replace']);

    expect(await mine.looksFull()).toBe(false);
    await slots.enter(holderOf(other), on('other'));
    expect(await mine.enter(holderOf(last), on('last'))).toMatchObject({ entered: false });
    expect(await mine.looksFull()).toBe(true);
    await slots.leave(other.metadata.uid);
    expect(await mine.enter(holderOf(last), on('last'))).toMatchObject({ entered: true });
  });

  it('of operations that are gone or have ended are removed by the next operation that they block', async () => {
    const store = createOperationStore(cluster.client);
    const [gone, ended, next, last] = [
      await record('gone'),
      await record('ended'),
      await record('next'),
      await record('last'),
    ];
    await slots.enter(holderOf(gone), on('gone'));
    await slots.enter(holderOf(ended), on('ended'));
    await store.withdraw(gone);
    await store.replaceStatus(ended, { phase: 'Failed', progress: 0, message: '', steps: [] });
    expect(await slots.enter(holderOf(next), on('next'))).toMatchObject({ entered: true });
    expect((await slots.entries()).map((entry) => entry.name)).toEqual(['next']);
    expect(await slots.enter(holderOf(last), on('last'))).toMatchObject({ entered: true });
  });

  it('are taken from an operation that was made anew under the same name', async () => {
    const store = createOperationStore(cluster.client);
    const first = await record('one');
    await slots.enter(holderOf(first), on('one'));
    await store.withdraw(first);
    await record('one');
    expect(await slots.recover()).toBe(1);
    expect(await slots.recover()).toBe(0);
  });

  it('do not count what cannot be read', async () => {
    cluster.seed({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: ref,
      data: { a: 'not json', b: '{"uid":"another"}' },
    });
    expect(await slots.entries()).toEqual([]);
    expect(await slots.enter(holderOf(await record('one')), on('one'))).toMatchObject({ entered: true });
    expect((await cluster.client.get(configMaps, ref))?.data).toMatchObject({ a: 'not json', b: '{"uid":"another"}' });
  });

  it('count the entries of a newer version for as much as they understand, and leave them as they are', async () => {
    const newer = await record('newer');
    const { uid } = newer.metadata;
    const data = {
      [uid]: `{"since":"lately", "on":"snapshot","mode":"lease", "key":"vol-1","name":"newer","namespace":"shop","uid":"${uid}"}`,
    };
    cluster.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: ref, data });
    const [one, two, three] = [await record('one'), await record('two'), await record('three')];
    expect(await slots.enter(holderOf(one), on('vol-1'))).toEqual({
      entered: false,
      waitsFor: 'volume vol-1 is in use by shop/newer',
    });
    expect(await slots.enter(holderOf(two), on('vol-2'))).toMatchObject({ entered: true });
    expect(await slots.enter(holderOf(three), on('vol-3'))).toMatchObject({ entered: false });
    expect(await slots.recover()).toBe(0);
    await slots.leave(two.metadata.uid);
    expect((await cluster.client.get(configMaps, ref))?.data).toEqual(data);
    await createOperationStore(cluster.client).withdraw(newer);
    expect(await slots.recover()).toBe(1);
  });

  it('take out no entry that does not say whose it is', async () => {
    cluster.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: ref, data: { x: '{"uid":"x","of":"shop/newer"}' } });
    expect(await slots.recover()).toBe(0);
    expect(await slots.enter(holderOf(await record('one')), on('vol-1'))).toMatchObject({ entered: true });
    expect(await slots.enter(holderOf(await record('two')), on('vol-2'))).toMatchObject({ entered: false });
  });
});

describe('the place in the queue', () => {
  it('counts the older ones that wait too, and nobody who runs', async () => {
    const [one, two, three] = [await record('one'), await record('two'), await record('three')];
    const running = { ...one, status: { phase: 'Running', progress: 1, message: 'moves', steps: [] } } as Operation;
    await slots.enter(holderOf(one), on('one'));
    const all = [three, two, running];
    const entries = await slots.entries();
    expect(placeInQueue(running, entries, all)).toBeUndefined();
    expect(placeInQueue(two, entries, all)?.place).toBe(1);
    expect(placeInQueue(three, entries, all)).toEqual({ place: 2, waits_for: 'being looked at for the first time' });
    await slots.enter(holderOf(two), on('two'));
    expect(placeInQueue(two, await slots.entries(), all)?.place).toBe(0);
    expect(placeInQueue(three, await slots.entries(), all)?.place).toBe(1);
  });
});
