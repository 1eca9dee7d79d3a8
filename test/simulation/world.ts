/** Everything one history happens in: the cluster, its Longhorn, the mesh, the processes, and the witness. */
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import type { Publisher } from '@soteria/shared/events/publish.ts';
import { followWithSource } from './api-server-source.ts';
import { composeBackup, composePolicyTick, doorsOfBackup, type Mutation } from './compose.ts';
import { createConnection, type Outage } from './connection.ts';
import { createDice, type Dice } from './dice.ts';
import { type Evidence, newEvidence } from './evidence.ts';
import type { History } from './history.ts';
import { type SimulatedLonghorn, createSimulatedLonghorn } from './longhorn/simulated-longhorn.ts';
import { holdPingSources } from './knative-controller.ts';
import { createMesh, type Mesh, received } from './mesh.ts';
import { whyNotConfirmed, whyNotToPrune } from './prunes.ts';
import { type Process, startProcess } from './process.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { seedCluster, seedForeign } from './seed-cluster.ts';
import { witness } from './witness.ts';

export interface World {
  readonly cluster: MemoryCluster;
  readonly longhorn: SimulatedLonghorn;
  readonly mesh: Mesh;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly outage: Outage;
  readonly evidence: Evidence;
  /** Alive ones: two of `backup`, one of `policy-tick`. */
  readonly processes: Process[];
  readonly now: () => Date;
  pass(seconds: number): void;
  /** The process is gone; another takes its place, knowing nothing. */
  kill(index: number): void;
}

const start = Date.parse('2026-08-20T02:00:00Z');

export function createWorld(history: Omit<History, 'moves' | 'doFaultsStay'>, mutation: Mutation): World {
  let time = start;
  const now = () => new Date(time);
  const dice = createDice(history.seed);
  const scheduler = createScheduler();
  const evidence = newEvidence();
  const outage: Outage = { mode: 'down', callsLeft: 0 };
  const cluster = seedCluster(now);
  const longhorn = createSimulatedLonghorn({ cluster, now });
  for (const uid of seedForeign(cluster, longhorn.target)) evidence.foreign.add(uid);
  longhorn.admission.plugInto(cluster);
  const mesh = createMesh(dice);
  Object.assign(mesh.weather, { losesPercent: history.losesPercent, doublesPercent: history.doublesPercent });
  witness(cluster, longhorn.target, evidence);
  followWithSource(cluster, mesh, now);
  holdPingSources(cluster, scheduler);

  let lastId = 0;
  function startOne(name: Process['name']): Process {
    const id = (lastId += 1);
    const skewMs = (dice.below(2 * history.maxSkewSeconds + 1) - history.maxSkewSeconds) * 1000;
    const itsNow = () => new Date(time + skewMs);
    const beforePrune =
      name === 'policy-tick'
        ? (backup: string): void => {
            const why = whyNotToPrune({ cluster, longhorn, evidence }, backup);
            const unconfirmed = whyNotConfirmed({ cluster, longhorn }, backup);
            evidence.pruned.add(backup);
            if (why !== undefined) evidence.prunedWrongly.push(why);
            if (unconfirmed !== undefined) evidence.prunedWithoutYes.push(unconfirmed);
          }
        : undefined;
    const client = createConnection({ process: id, cluster, scheduler, outage, evidence, beforePrune, now });
    const publisher: Publisher = {
      async publish(event) {
        await scheduler.pass(id);
        if (event.type === 'dev.soteria.operation.due.v1') {
          const isOfPrune = event.extensions?.['operationkind'] === 'prune';
          mesh.send(isOfPrune ? 'policy-tick' : 'backup', received(event, `/soteria/${name}`, itsNow()));
        } else if (event.type === 'dev.soteria.leftovers.due.v1') {
          const to = event.extensions?.['function'];
          if (to === 'backup' || to === 'policy-tick') mesh.send(to, received(event, `/soteria/${name}`, itsNow()));
        } else evidence.facts.add(event.id);
      },
    };
    const surroundings = { client, publisher, now: itsNow, sleep: () => scheduler.pass(id) };
    const tools = name === 'backup' ? composeBackup(surroundings, mutation) : undefined;
    const definition = tools === undefined ? composePolicyTick(surroundings, mutation) : doorsOfBackup(tools, mutation);
    return startProcess({ id, name, skewMs, definition, tools, scheduler, mesh, evidence, now: itsNow });
  }

  const processes = [startOne('backup'), startOne('backup'), startOne('policy-tick')];
  return {
    cluster,
    longhorn,
    mesh,
    scheduler,
    dice,
    outage,
    evidence,
    processes,
    now,
    pass(seconds) {
      time += seconds * 1000;
      for (const process of processes) process.checkDeadlines();
    },
    kill(index) {
      const process = processes[index];
      if (process === undefined) return;
      process.kill();
      processes[index] = startOne(process.name);
    },
  };
}
