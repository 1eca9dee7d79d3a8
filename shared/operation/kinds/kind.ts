/** What is said of one kind of Operation, in one file: everything that is not the work itself. */
import type * as z from 'zod';

type Members = Readonly<Record<string, z.ZodType>>;

export interface KindOfOperation {
  /** Begins the name of its Operations: `soteria-<verb>-`. */
  readonly verb: string;
  /** Moves it, and is the only writer of its status. */
  readonly function: string;
  /** Members of the request it cannot do without; the first one stands in the suggested name. */
  readonly requires: readonly string[];
  /**
   * The namespace its Operations live in. source: that of the claim it reads, so that it is asked for with the rights there; proof: that
   * of the Jobs it runs; any: where its result is made, and the caller needs the right to ask in both.
   */
  readonly livesIn: 'source' | 'proof' | 'any';
  /** Members of `spec.request`, of `status.work` and of `status.result`. The members of all kinds stand beside each other in one object. */
  readonly request: Members;
  readonly work: Members;
  readonly result: Members;
}
