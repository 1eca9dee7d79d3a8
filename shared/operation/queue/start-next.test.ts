/** Who is started when a slot becomes free, and how often the cluster is listed for it. */
import { describe, expect, it } from 'vitest';
import type { Log } from '../../log/log.ts';
import type { Operation } from '../record/schema.ts';
import { startNext } from './start-next.ts';
import { createWaitingLine } from './waiting-line.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };
const call = { log: silent };

function waiting(name: string, minute: number): Operation {
  return {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-of-${name}`,
      resourceVersion: '1',
      creationTimestamp: `2026-01-31T01:${String(minute).padStart(2, '0')}:00Z`,
    },
    spec: { kind: 'Backup', request: { pvc: name } },
  };
}

function setUp(...operations: readonly Operation[]) {
  const cluster = new Map(operations.map((one) => [one.metadata.name, one]));
  const started: string[] = [];
  const unfit = new Set<string>();
  let time = Date.parse('2026-01-31T02:00:00Z');
  let lists = 0;
  let isFull = false;
  const store = {
    get: ({ name }: { name: string }) => Promise.resolve(cluster.get(name)),
    list: () => {
      lists += 1;
      return Promise.resolve([...cluster.values()].filter(({ status }) => status === undefined));
    },
  };
  const run = (name: string): Operation | undefined => {
    const found = cluster.get(name);
    if (found === undefined) return undefined;
    const running = { ...found, status: { phase: 'Running' as const, progress: 10, message: '', steps: [] } };
    cluster.set(name, running);
    return running;
  };
  const starter = {
    functionName: 'backup',
    store,
    slots: { looksFull: () => Promise.resolve(isFull) },
    line: createWaitingLine({ store, now: () => new Date(time) }),
    move: (operation: Operation) => {
      const { name } = operation.metadata;
      if (unfit.has(name)) return Promise.resolve(operation);
      started.push(name);
      return Promise.resolve(run(name));
    },
    wake: () => Promise.resolve(),
  };
  return {
    free: () => startNext(starter, call),
    add: (operation: Operation) => void cluster.set(operation.metadata.name, operation),
    remove: (name: string) => void cluster.delete(name),
    run,
    pass: (ms: number) => void (time += ms),
    fill: () => void (isFull = true),
    unfit,
    started,
    lists: () => lists,
  };
}

describe('the next one', () => {
  it('is the oldest that waits, and one list serves many that end', async () => {
    const { free, started, lists } = setUp(waiting('c', 3), waiting('a', 1), waiting('b', 2));
    for (let ended = 0; ended < 3; ended += 1) await free();
    expect(started).toEqual(['a', 'b', 'c']);
    expect(lists()).toBe(1);
    await free();
    expect(lists()).toBe(2);
  });

  it('is another one for each of many that end at once', async () => {
    const { free, started, lists } = setUp(...['a', 'b', 'c', 'd'].map((name, at) => waiting(name, at)));
    await free();
    await Promise.all([free(), free(), free()]);
    expect(started.toSorted((a, b) => a.localeCompare(b))).toEqual(['a', 'b', 'c', 'd']);
    expect(lists()).toBe(1);
  });

  it('is not one that another pod has started, or that is gone', async () => {
    const { free, started, run, remove, lists } = setUp(...['a', 'b', 'c', 'd'].map((name, at) => waiting(name, at)));
    await free();
    run('b');
    remove('c');
    await free();
    expect(started).toEqual(['a', 'd']);
    expect(lists()).toBe(1);
  });

  it('may be one that came after the line was listed, when nobody in it fits', async () => {
    const { free, started, add, unfit } = setUp(waiting('a', 1), waiting('b', 2));
    await free();
    unfit.add('b');
    add(waiting('late', 5));
    await free();
    expect(started).toEqual(['a', 'late']);
  });

  it('is none while somebody else has taken the slot meanwhile', async () => {
    const { free, fill, started } = setUp(waiting('a', 1), waiting('b', 2));
    fill();
    await free();
    expect(started).toEqual([]);
  });

  it('is looked for anew after half a minute', async () => {
    const { free, add, pass, started, lists } = setUp(waiting('b', 2), waiting('c', 3));
    await free();
    pass(30_000);
    add(waiting('a', 1));
    await free();
    expect(started).toEqual(['b', 'a']);
    expect(lists()).toBe(2);
  });
});
