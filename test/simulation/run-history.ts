/** Plays one history, lets the weather clear, and answers what a witness saw. */
import type { Mutation } from './compose.ts';
import type { Ending, Evidence } from './evidence.ts';
import type { History } from './history.ts';
import { makeMove, sweep, work } from './make-move.ts';
import { throwSwitch } from './meddle.ts';
import { deletePolicies, letPass, letUntested, policiesIn } from './policies.ts';
import { readEnding } from './read-ending.ts';
import { runTests } from './restore-tests.ts';
import { createWorld, type World } from './world.ts';

export interface Played {
  readonly evidence: Evidence;
  readonly ending: Ending;
  /** All calls and deliveries of the history. */
  readonly steps: number;
}

/** More than any history that ends needs; one that goes on is cut here, and found not to have ended. */
const maxRounds = 60;
const maxStepsARound = 4_000;

async function round(world: World, minutes: number): Promise<number> {
  let steps = 0;
  world.pass(10);
  sweep(world);
  for (let part = 0; part < 3; part += 1) {
    steps += await work(world, maxStepsARound);
    await runTests(world);
    world.pass(minutes * 20);
    world.longhorn.step();
  }
  steps += await work(world, maxStepsARound);
  await runTests(world);
  return steps;
}

function isSettled(ending: Ending): boolean {
  return ending.operations.every(({ status }) => status?.settled === true) && ending.slotsInUse === 0;
}

const hasEnded = (ending: Ending) => ending.operations.every(({ status }) => status?.finishedAt !== undefined);

/** Hour after hour in bad weather, until everything has ended: each wait has a deadline. */
async function sitOut(world: World): Promise<number> {
  let steps = 0;
  for (let count = 0; count < maxRounds && !hasEnded(readEnding(world)); count += 1) steps += await round(world, 60);
  return steps;
}

/** In the hour after 03:00, by whatever clock. */
const dailyAtMinute = 3 * 60 + 10;

function secondsTo(now: Date, minuteOfDay: number): number {
  const passed = now.getUTCHours() * 60 + now.getUTCMinutes();
  return ((minuteOfDay - passed + 24 * 60) % (24 * 60)) * 60;
}

/** Whatever was missed is caught up by the sweep. Then the policies are deleted: otherwise something would become due for ever. */
async function keepUp(world: World): Promise<number> {
  let steps = 0;
  if (policiesIn(world).length === 0) return steps;
  // The first sweep makes the policies known; so much later each of them was due once more.
  for (let count = 0; count < 4; count += 1) {
    const at = world.now();
    steps += await round(world, 20);
    if (count < 3) continue;
    world.evidence.letPass.push(...letPass(world, at));
    world.evidence.letUntested.push(...letUntested(world, at));
  }
  deletePolicies(world);
  return steps;
}

/** Written at every look or every sweep, whether or not anything has happened. */
const restless: ReadonlySet<string> = new Set(['backuptargets', 'backupvolumes', 'pingsources']);

/** Counts what is stored beside that. */
function countChanges({ cluster }: World): () => number {
  let changes = 0;
  cluster.onCommit(({ plural }) => {
    if (!restless.has(plural)) changes += 1;
  });
  return () => changes;
}

/**
 * The weather clears; from now on only what was done counts. It ends with a round in which everything is settled and nothing changes any more: what
 * was being deleted is gone by then, and what had vanished has come back. A further round would be the same.
 */
async function calmDown(world: World): Promise<number> {
  world.longhorn.faults.clearAll();
  let steps = await keepUp(world);
  const changes = countChanges(world);
  for (let count = 0; count < maxRounds; count += 1) {
    const before = changes();
    steps += await round(world, 6);
    if (changes() === before && isSettled(readEnding(world))) break;
  }
  // Once a day everything left over is looked for, whatever events were lost.
  world.pass(secondsTo(world.now(), dailyAtMinute));
  return steps + (await round(world, 6));
}

export async function runHistory(history: History, mutation: Mutation = {}): Promise<Played> {
  const world = createWorld(history, mutation);
  let steps = 0;
  for (const move of history.moves) {
    world.pass(1);
    steps += await makeMove(world, move);
  }
  Object.assign(world.mesh.weather, { losesPercent: 0, doublesPercent: 0 });
  world.outage.callsLeft = 0;
  // It is meant to wait for as long as that takes.
  throwSwitch(world, false);
  if (history.doFaultsStay) {
    deletePolicies(world);
    steps += await sitOut(world);
  }
  const hadEnded = !history.doFaultsStay || hasEnded(readEnding(world));
  steps += await calmDown(world);
  if (!hadEnded) world.evidence.surprises.push('not every operation had ended although its faults stayed');
  return { evidence: world.evidence, ending: readEnding(world), steps };
}
