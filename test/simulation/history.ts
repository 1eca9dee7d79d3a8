/** What can happen, as fast-check makes it up: a history is a list of moves and the seed of every chance in between. */
import { type Fault, faultTable } from '@soteria/local/longhorn/fault-table.ts';
import fc from 'fast-check';
import type { PolicyChange } from './policies.ts';
import type { Outcome } from './restore-tests.ts';

export type Door = 'event' | 'http' | 'kubectl';
export const meddlings = [
  'annotate an operation',
  'annotate the slots',
  'delete a snapshot',
  'delete a backup',
  'take the next name',
  'read the target',
  'delete an operation',
  'apply again what was deleted',
  'throw the switch',
] as const;
export type Meddling = (typeof meddlings)[number];

export type Move =
  | { readonly do: 'ask'; readonly door: Door; readonly claim: number; readonly id: number; readonly reuses: boolean }
  | { readonly do: 'ask for all'; readonly id: number }
  /** So many calls and deliveries, of whoever chance chooses. */
  | { readonly do: 'go'; readonly steps: number }
  | { readonly do: 'longhorn'; readonly steps: number }
  | { readonly do: 'pass'; readonly seconds: number }
  | { readonly do: 'kill'; readonly process: number }
  | { readonly do: 'outage'; readonly mode: 'down' | 'answers lost'; readonly calls: number }
  | { readonly do: 'fault'; readonly fault: Fault }
  | { readonly do: 'heal' }
  | { readonly do: 'cancel'; readonly nth: number }
  | { readonly do: 'meddle'; readonly how: Meddling; readonly nth: number }
  | { readonly do: 'sweep' }
  | { readonly do: 'policy'; readonly nth: number; readonly change: PolicyChange }
  /** No tick at a due instant is a missed one. */
  | { readonly do: 'tick'; readonly times: number }
  | { readonly do: 'hold'; readonly nth: number }
  /** The open restore tests end. */
  | { readonly do: 'run tests' }
  | { readonly do: 'prove'; readonly nth: number; readonly outcome: Outcome }
  /** To the newest plan that waits for it (0), or to an older one. */
  | { readonly do: 'say yes'; readonly nth: number };

export interface History {
  readonly seed: number;
  readonly losesPercent: number;
  readonly doublesPercent: number;
  readonly maxSkewSeconds: number;
  /** The faults that are there at the end of the moves stay until every operation has ended all the same. */
  readonly doFaultsStay: boolean;
  readonly moves: readonly Move[];
}

const faults = Object.keys(faultTable) as Fault[];

function move<M extends Move['do']>(
  name: M,
  members: { [K in Exclude<keyof Extract<Move, { do: M }>, 'do'>]: fc.Arbitrary<Extract<Move, { do: M }>[K]> },
): fc.Arbitrary<Move> {
  return fc.record({ do: fc.constant(name), ...members }) as fc.Arbitrary<Move>;
}

const moves: readonly [weight: number, arbitrary: fc.Arbitrary<Move>][] = [
  [
    5,
    move('ask', {
      door: fc.constantFrom('event', 'http', 'kubectl'),
      claim: fc.nat({ max: 1 }),
      id: fc.nat({ max: 3 }),
      reuses: fc.boolean(),
    }),
  ],
  [1, move('ask for all', { id: fc.nat({ max: 1 }) })],
  [14, move('go', { steps: fc.integer({ min: 1, max: 40 }) })],
  [9, move('longhorn', { steps: fc.integer({ min: 1, max: 4 }) })],
  [4, move('pass', { seconds: fc.constantFrom(1, 20, 300, 4000) })],
  [5, move('kill', { process: fc.nat({ max: 2 }) })],
  [2, move('outage', { mode: fc.constantFrom('down', 'answers lost'), calls: fc.integer({ min: 1, max: 12 }) })],
  [3, move('fault', { fault: fc.constantFrom(...faults) })],
  [2, move('heal', {})],
  [1, move('cancel', { nth: fc.nat({ max: 3 }) })],
  [3, move('meddle', { how: fc.constantFrom(...meddlings), nth: fc.nat({ max: 5 }) })],
  [2, move('sweep', {})],
  [
    1,
    move('policy', {
      nth: fc.nat({ max: 1 }),
      change: fc.constantFrom('put', 'put', 'put anew', 'put careful', 'keep more', 'delete'),
    }),
  ],
  [2, move('tick', { times: fc.integer({ min: 1, max: 2 }) })],
  [1, move('hold', { nth: fc.nat({ max: 5 }) })],
  [1, move('run tests', {})],
  [1, move('prove', { nth: fc.nat({ max: 5 }), outcome: fc.constantFrom('verified', 'refuted') })],
  [1, move('say yes', { nth: fc.nat({ max: 2 }) })],
];

export const histories: fc.Arbitrary<History> = fc.record({
  seed: fc.nat({ max: 0xffff_ffff }),
  losesPercent: fc.constantFrom(0, 10, 50),
  doublesPercent: fc.constantFrom(0, 20),
  maxSkewSeconds: fc.constantFrom(0, 90),
  doFaultsStay: fc.boolean(),
  moves: fc.array(fc.oneof(...moves.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
    minLength: 4,
    maxLength: 40,
    size: 'max',
  }),
});
