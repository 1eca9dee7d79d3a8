import { expect, it } from 'vitest';
import { SoteriaError } from '../../errors.ts';
import { type EndFollower, followEnd, moveAndFill } from './follow-end.ts';
import type { Operation, Phase } from '../record/schema.ts';
import type { OperationKind } from '../kinds/kinds.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };
const call = { log: silent };

interface Shape {
  readonly kind?: OperationKind;
  readonly phase?: Phase;
  readonly parent?: string;
  readonly startedAt?: string;
  readonly resourceVersion?: string;
}

function operation(name: string, shape: Shape = {}): Operation {
  const {
    kind = 'Backup',
    phase = 'Succeeded',
    parent,
    startedAt = '2026-01-31T01:00:00Z',
    resourceVersion = '7',
  } = shape;
  return {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-of-${name}`,
      resourceVersion,
      creationTimestamp: '2026-01-31T00:00:00Z',
    },
    spec: { kind, request: {}, ...(parent === undefined ? {} : { cause: { parent } }) },
    status: { phase, progress: 0, message: '', steps: [], ...(phase === 'Pending' ? {} : { startedAt }) },
  };
}

const withoutStart = ({ status, ...rest }: Operation): Operation => {
  const { startedAt: _startedAt, ...others } = status ?? { phase: 'Pending', progress: 0, message: '', steps: [] };
  return { ...rest, status: others };
};

/** Everything that happens, in its order; `waiting` begin one after the other. */
function open(waiting: readonly Operation[], change: Partial<EndFollower> = {}) {
  const log: string[] = [];
  let left = [...waiting];
  const follower: EndFollower = {
    functionName: 'backup',
    store: { get: ({ name }) => Promise.resolve(waiting.find((one) => one.metadata.name === name)) },
    slots: { looksFull: () => Promise.resolve(false) },
    line: {
      remembered: () => left,
      list: () => Promise.resolve(left),
      take: () => true,
      putBack: ({ metadata }) => void (left = left.filter((one) => one.metadata.name !== metadata.name)),
    },
    move: (one) => {
      log.push(`begins ${one.metadata.name}`);
      return Promise.resolve({ ...one, status: { phase: 'Running', progress: 1, message: '', steps: [] } });
    },
    moveParent: ({ name }) => {
      log.push(`counts at ${name}`);
      return Promise.resolve(operation(name, { kind: 'NamespaceBackup', phase: 'Running' }));
    },
    wakeOther: (one, saying) => Promise.resolve(void log.push(`wakes ${one.metadata.name}: ${saying}`)),
    ...change,
  };
  return { follower, log };
}

const next = operation('next', { phase: 'Pending' });

it('after an end the next begins before the parent counts its child', async () => {
  const { follower, log } = open([next]);
  await followEnd(follower, operation('child', { parent: 'whole' }), call);
  expect(log).toEqual(['begins next', 'counts at whole']);
});

it('a next operation that cannot be started fails nothing, and the parent still counts its child', async () => {
  const down = () => Promise.reject(new SoteriaError('cluster_unavailable', { what: 'x', why: 'x', fix: 'x' }));
  const { follower, log } = open([], {
    slots: { looksFull: down },
    line: { ...open([next]).follower.line, list: down },
  });
  await followEnd(follower, operation('child', { parent: 'whole' }), call);
  expect(log).toEqual(['counts at whole']);
});

it('a next operation that ends at once is counted by its parent, and is followed by another', async () => {
  const { follower, log } = open([operation('first', { phase: 'Pending', parent: 'whole' }), next], {});
  const move: EndFollower['move'] = (one, given) =>
    one.metadata.name === 'first'
      ? Promise.resolve(operation('first', { parent: 'whole' }))
      : follower.move(one, given);
  await followEnd({ ...follower, move }, operation('child'), call);
  expect(log).toEqual(['counts at whole', 'begins next']);
});

it('as many begin as children have ended with their parent that had run', async () => {
  const { follower, log } = open(['a', 'b', 'c'].map((name) => operation(name, { phase: 'Pending' })));
  await moveAndFill(follower, call, (noteMoved) => {
    noteMoved(operation('x', { phase: 'Cancelled' }));
    noteMoved(withoutStart(operation('waited', { phase: 'Cancelled' })));
    noteMoved(operation('still', { phase: 'Running' }));
    noteMoved(operation('y', { phase: 'Cancelled' }));
    return Promise.resolve(undefined);
  });
  expect(log).toEqual(['begins a', 'begins b']);
});

it('what is said of an operation differs with the operation that has ended, and with each of its changes', async () => {
  const foreign = operation('restore', { kind: 'Restore', phase: 'Pending' });
  const said: string[] = [];
  const endings = [operation('a'), operation('b'), operation('a', { resourceVersion: '8' })];
  for (const ended of endings) {
    const { follower } = open([foreign], { wakeOther: (_one, saying) => Promise.resolve(void said.push(saying)) });
    await followEnd(follower, ended, call);
  }
  expect(new Set(said).size).toBe(3);
});

it('a parent of another function is woken, and a deleted parent is not', async () => {
  const parent = operation('selftest', { kind: 'SelfTest', phase: 'Running' });
  const { follower, log } = open([], { moveParent: () => Promise.resolve(undefined) });
  const child = operation('child', { parent: 'selftest' });
  await followEnd(follower, child, call);
  await followEnd({ ...follower, store: { get: () => Promise.resolve(parent) } }, child, call);
  expect(log).toEqual(['wakes selftest: uid-of-child@7']);
});
