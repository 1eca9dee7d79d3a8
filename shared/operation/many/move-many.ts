/** How a function moves its operations that make many; the loop is `engine/advance.ts`. */
import type { AdvanceCall, Mover } from '../engine/advance.ts';
import { holdWhilePaused } from '../engine/pause.ts';
import { decideMany } from './decide-many.ts';
import type { Many, ManyAction, ManyWorld } from './many.ts';
import { type ManyTools, performMany } from './perform-many.ts';

export interface MoveManyTools<Source, Look> extends ManyTools<Source, Look> {
  readonly now: () => Date;
  readonly isPaused: (signal?: AbortSignal) => Promise<boolean>;
}

type Part<Source, Look> = Pick<
  Mover<ManyWorld<Source>, ManyAction<Look>>,
  'nothingSeen' | 'decide' | 'hold' | 'perform'
>;

export function moveMany<Source, Look>(
  many: Many<Source, Look>,
  nothingSeen: Source,
  tools: MoveManyTools<Source, Look>,
): Part<Source, Look> {
  return {
    nothingSeen: { source: nothingSeen },
    decide: (known) => decideMany(many, { ...known, now: tools.now() }),
    hold: holdWhilePaused(tools),
    perform: (known, action, { signal }: AdvanceCall) => performMany(many, tools, known, action, signal),
  };
}
