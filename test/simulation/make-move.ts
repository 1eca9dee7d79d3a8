/** One move of a history, made on the world. */
import { type Fault, faultTable } from '@soteria/local/longhorn/fault-table.ts';
import { busySweepName } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import { operationName } from '@soteria/shared/operation/record/names.ts';
import { group, version } from '@soteria/shared/operation/record/schema.ts';
import type { Move } from './history.ts';
import { meddle } from './meddle.ts';
import { changePolicy, holdPoint, tick } from './policies.ts';
import { sayYes } from './prunes.ts';
import { operationsIn } from './read-ending.ts';
import { prove, runTests } from './restore-tests.ts';
import { claimNames, shop, volumeOfClaim } from './seed-cluster.ts';
import { settle } from './scheduler.ts';
import type { World } from './world.ts';

type Asking = Extract<Move, { do: 'ask' }>;

/** Opens gates and delivers events until nothing is left to do, or so many times. */
export async function work(world: World, atMost: number): Promise<number> {
  const { scheduler, mesh, dice } = world;
  let steps = 0;
  for (; steps < atMost; steps += 1) {
    // A process may be on its way from an `import()`, or from a deadline that has just passed, to its next call.
    if (scheduler.waiting + mesh.pending === 0) await settle();
    const choices = scheduler.waiting + mesh.pending;
    if (choices === 0) break;
    const choice = dice.below(choices);
    if (choice < scheduler.waiting) await scheduler.letGo(choice);
    else deliverOne(world);
  }
  return steps;
}

function deliverOne({ mesh, processes, dice }: World): void {
  const message = mesh.take();
  if (message === undefined) return;
  const able = processes.filter(({ name }) => name === message.to);
  able[dice.below(able.length)]?.handle(message);
}

/** The busy one where it is about, else the hourly one. */
export function sweep({ cluster, mesh, dice, now }: World): void {
  const isBusy = cluster.api.list(pingSources, { fieldSelector: `metadata.name=${busySweepName}` }).items.length > 0;
  mesh.send('policy-tick', {
    id: `ping-${dice.next()}`,
    source: `/apis/v1/namespaces/soteria/pingsources/${isBusy ? busySweepName : 'sweep'}`,
    type: 'dev.knative.sources.ping',
    subject: undefined,
    time: now(),
    data: {},
    extensions: {},
  });
}

function ask(world: World, { door, claim, id, reuses }: Asking): void {
  const pvc = claimNames[claim] ?? claimNames[0];
  const request = { namespace: shop, pvc, ...(reuses ? { max_age: '10m' } : {}) };
  const { mesh, processes, dice, now } = world;
  switch (door) {
    case 'event':
      return mesh.send('backup', {
        id: `${pvc}-${id}`,
        source: '/simulated-controller',
        type: 'dev.soteria.backup.requested.v1',
        subject: `${shop}/${pvc}`,
        // A repeat of an event has the time of the first.
        time: new Date(Date.parse('2026-08-20T02:00:00Z') + id * 1000),
        data: request,
        extensions: {},
      });
    case 'http':
      return processes[dice.below(2)]?.post(request, `key-${pvc}-${id}`);
    case 'kubectl':
      return createByHand(world, operationName('backup', pvc, now()), {
        pvc,
        ...(reuses ? { maxAge: '10m' } : {}),
      });
  }
}

function askForAll({ mesh }: World, id: number): void {
  mesh.send('backup', {
    id: `all-${id}`,
    source: '/simulated-controller',
    type: 'dev.soteria.namespacebackup.requested.v1',
    subject: shop,
    time: new Date(Date.parse('2026-08-20T02:00:00Z') + id * 1000),
    data: { namespace: shop },
    extensions: {},
  });
}

/** `kubectl create`; a name that is taken is the person's problem. */
function createByHand({ cluster }: World, name: string, request: { readonly pvc: string; readonly maxAge?: string }) {
  const path = { group, version, plural: 'operations', namespace: shop };
  if (operationsIn({ cluster }).some(({ metadata }) => metadata.name === name)) return;
  cluster.api.create(path, {
    apiVersion: `${group}/${version}`,
    kind: 'Operation',
    metadata: { name },
    spec: { kind: 'Backup', request: { ...request } },
  });
}

function strike({ longhorn }: World, fault: Fault): void {
  const valueOf = { switch: true, message: 'simulated trouble', name: volumeOfClaim(claimNames[0]) } as const;
  // The table says which kind of value each fault takes; the type of one chosen by chance cannot.
  longhorn.faults.set(fault, valueOf[faultTable[fault].kind] as never);
}

function cancel({ cluster }: World, nth: number): void {
  const all = operationsIn({ cluster });
  const one = all[nth % Math.max(1, all.length)];
  if (one === undefined) return;
  const { name, namespace = '' } = one.metadata;
  cluster.api.patch({ group, version, plural: 'operations', namespace, name }, (current) => ({
    ...current,
    spec: { ...one.spec, cancelRequested: true },
  }));
}

/** Answers how many calls and deliveries it took. */
export async function makeMove(world: World, move: Move): Promise<number> {
  switch (move.do) {
    case 'ask':
      ask(world, move);
      return 0;
    case 'ask for all':
      askForAll(world, move.id);
      return 0;
    case 'go':
      return work(world, move.steps);
    case 'longhorn':
      for (let step = 0; step < move.steps; step += 1) {
        world.pass(5);
        world.longhorn.step();
      }
      return 0;
    case 'pass':
      world.pass(move.seconds);
      return 0;
    case 'kill':
      world.kill(move.process);
      return 0;
    case 'outage':
      Object.assign(world.outage, { mode: move.mode, callsLeft: move.calls });
      return 0;
    case 'fault':
      strike(world, move.fault);
      return 0;
    case 'heal':
      world.longhorn.faults.clearAll();
      return 0;
    case 'cancel':
      cancel(world, move.nth);
      return 0;
    case 'meddle':
      meddle(world, move.how, move.nth);
      return 0;
    case 'sweep':
      sweep(world);
      return 0;
    case 'policy':
      changePolicy(world, move.nth, move.change);
      return 0;
    case 'tick':
      tick(world, move.times);
      return 0;
    case 'hold':
      holdPoint(world, move.nth);
      return 0;
    case 'run tests':
      await runTests(world);
      return 0;
    case 'prove':
      await prove(world, move.nth, move.outcome);
      return 0;
    case 'say yes':
      sayYes(world, move.nth);
      return 0;
  }
}
