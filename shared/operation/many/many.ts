/** An operation that makes many: what its decisions may know, what they may say is next, and what each kind of parent adds. */
import type { Operation, OperationRequest, OperationStatus } from '../record/schema.ts';
import type { OperationKind } from '../kinds/kinds.ts';

export interface LeftOut {
  readonly name: string;
  readonly to: 'leave-out';
  readonly why: string;
  /** What has been excluded on purpose is no problem. */
  readonly isOnPurpose: boolean;
}

/** One child to be. The cursor moves by `name`. */
export type Candidate = { readonly name: string } & (
  | { readonly to: 'make'; readonly subject: string; readonly request: OperationRequest }
  /** Undecided until `at` has been read. */
  | { readonly to: 'look'; readonly at: string }
  | Omit<LeftOut, 'name'>
  /** What a child would do has been done before. */
  | { readonly to: 'keep' }
);

/** `Source` is what the candidates are made from. */
export interface ManyWorld<Source> {
  readonly source: Source;
  /** Children that have not ended. */
  readonly open?: readonly Operation[];
  /** All children: looked at when the last has ended, and where what an earlier run did must be told apart. */
  readonly children?: readonly Operation[];
  /** Candidates for which a child was made in this wake-up, and those that were refused for good: name → why. */
  readonly made?: readonly string[];
  readonly refused?: Readonly<Record<string, string>>;
  readonly isKeptAwake?: true;
  readonly hasAskedAgain?: true;
}

export interface ManySituation<Source> {
  readonly operation: Operation;
  readonly world: ManyWorld<Source>;
  readonly now: Date;
}

export interface ChildDraft {
  readonly of: string;
  readonly name: string;
  readonly request: OperationRequest;
}

export type ManyFact = 'started' | 'completed' | 'failed' | 'skipped';

export type ManyAction<Look> =
  | { readonly do: 'look'; readonly at: 'open' | 'children' }
  | { readonly do: 'look'; readonly at: 'source'; readonly what: Look }
  | { readonly do: 'record'; readonly status: OperationStatus }
  | { readonly do: 'keep-awake' }
  | { readonly do: 'create-child'; readonly draft: ChildDraft }
  | { readonly do: 'cancel-child'; readonly child: Operation }
  /** One wake-up makes so many and no more: the rest is for another one. */
  | { readonly do: 'ask-again' }
  | { readonly do: 'announce'; readonly fact: ManyFact }
  | { readonly do: 'wait' }
  | { readonly do: 'rest' };

/** How the candidates came out. */
export interface Tally {
  readonly succeeded: number;
  /** Children that did not succeed, that were deleted before they were counted, and that the cluster refused. */
  readonly failed: number;
  readonly refused: number;
  readonly leftOut: number;
  /** How many of `leftOut` were excluded on purpose. */
  readonly onPurpose: number;
  /** Done by an earlier run. */
  readonly kept: number;
  /** Each that failed or was left out, with its reason; the failed first. */
  readonly problems: string[];
}

export interface Begun {
  readonly message: string;
  readonly work?: Partial<NonNullable<OperationStatus['work']>>;
  /** What no child can be made for, known from the beginning. */
  readonly leftOut?: readonly LeftOut[];
}

/** What one kind of parent says of itself. */
export interface Many<Source, Look> {
  readonly childKind: OperationKind;
  /** Children that may be open at once, whatever may run: all of them are cancelled in one wake-up. At most 50. */
  readonly maxOpen: number;
  /** Begins the identity of each child. */
  readonly identityPrefix: string;
  /** Whether its start and its end are sent as facts. */
  readonly isAnnounced: boolean;
  /** What must be looked at before the candidates are known; undefined: all of it has been looked at. */
  nextLook(situation: ManySituation<Source>): Look | undefined;
  /** By name; only those that follow `after`. */
  candidates(situation: ManySituation<Source>, after: string): readonly Candidate[];
  /** What to look at for candidates whose fate is not known yet; left out: it always is. */
  lookCloser?(places: readonly string[]): Look;
  /** A status that has ended, or how it begins. */
  begin(situation: ManySituation<Source>, candidates: readonly Candidate[]): OperationStatus | Begun;
  /** The status while candidates that were counted are not listed any more; left out: they are not missed. */
  whenFewer?(situation: ManySituation<Source>): OperationStatus;
  end(situation: ManySituation<Source>, tally: Tally): OperationStatus;
}
