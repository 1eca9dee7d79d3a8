/** What a person has to know of: something that is not as it was promised, and what to do about it. Pure data. */

export type Severity = 'critical' | 'warning';

export interface Problem {
  /** The same problem has the same key for as long as it lasts: `backup/db/data`. */
  readonly key: string;
  /** What it is about: `db/data`. */
  readonly subject: string;
  /** Of a claim; what `namespaces` of a channel selects by. */
  readonly namespace?: string | undefined;
  readonly policy?: string | undefined;
  readonly severity: Severity;
  /** Problems of one cause that is not the subject's own, such as a target that is away, are one for a person. */
  readonly cause?: string | undefined;
  /** ISO 8601. */
  readonly since: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** It has happened and does not last, such as a restore that failed: it is said once and never recovers. */
  readonly isOver?: boolean | undefined;
}
