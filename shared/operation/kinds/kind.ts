/** The declaration of one kind of Operation, in one file: everything except the work itself. */
import type * as z from 'zod';

type Members = Readonly<Record<string, z.ZodType>>;

/** One event of the catalogue. */
export interface EventDefinition {
  readonly meaning: string;
  /** request: asks for work; fact: tells what happened; wake: only says "look now". */
  readonly role: 'request' | 'fact' | 'wake';
  /**
   * From which setting of SOTERIA_UNSIGNED_EVENTS on the event is accepted from a sender without authentication. A wake-up changes
   * nothing by itself and is always accepted.
   */
  readonly unsigned: 'always' | 'backup' | 'all' | 'never';
  readonly data: z.ZodType;
}

/** A watched object whose change may mean that an Operation can go on. */
export interface Waker {
  readonly kind: string;
  /** Left out: any change. */
  readonly change?: 'add' | 'update' | 'delete';
  /** How its name begins; left out: as those of the Operations do. */
  readonly name?: string;
}

export interface KindOfOperation {
  /** Begins the name of its Operations: `soteria-<verb>-`. */
  readonly verb: string;
  /** Moves it, and is the only writer of its status. */
  readonly function: string;
  /** Members of the request it cannot do without; the first one stands in the suggested name. */
  readonly requires: readonly string[];
  /**
   * The namespace its Operations live in. source: that of the claim it reads, so that it is asked for with the rights there; proof: that
   * of the Jobs it runs; any: where its result is made, and the caller needs the right to ask in both; own: Soteria's, so that it is asked
   * for with the rights that change policies.
   */
  readonly livesIn: 'source' | 'proof' | 'any' | 'own';
  /**
   * The claim its Operations are about. own: `pvc` in the namespace of the Operation, or none; target: `targetPvc` there; source: `pvc` in the
   * namespace that the request names; test: the claim that is made for a test of `pvc`.
   */
  readonly claim: 'own' | 'target' | 'source' | 'test';
  /** Members of `spec.request`, of `status.work` and of `status.result`. The members of all kinds stand beside each other in one object. */
  readonly request: Members;
  readonly work: Members;
  readonly result: Members;
  /** Beside the creation of the Operation itself. The Trigger of the function is generated from it. */
  readonly wokenBy: readonly Waker[];
  /** The request and the facts of this kind, by event type. */
  readonly events: Readonly<Record<string, EventDefinition>>;
}
