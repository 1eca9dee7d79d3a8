/**
 * The one error class of the product, and the one table that says what each code means to an HTTP caller and to an event
 * sender. A code without a row does not compile.
 */

interface ErrorClass {
  /** Status of the RFC 9457 problem document an HTTP caller gets. */
  readonly httpStatus: number;
  /** True: the same call may succeed later (an event is redelivered). False: it never will (an event is dead-lettered). */
  readonly isRetryable: boolean;
}

export const errorTable = {
  // What the caller sent
  invalid_request: { httpStatus: 400, isRetryable: false },
  unauthenticated: { httpStatus: 401, isRetryable: false },
  forbidden: { httpStatus: 403, isRetryable: false },
  not_found: { httpStatus: 404, isRetryable: false },
  method_not_allowed: { httpStatus: 405, isRetryable: false },
  conflict: { httpStatus: 409, isRetryable: false },
  name_conflict: { httpStatus: 409, isRetryable: false },
  precondition_failed: { httpStatus: 412, isRetryable: false },
  request_too_large: { httpStatus: 413, isRetryable: false },
  unsupported_media_type: { httpStatus: 415, isRetryable: false },
  unprocessable: { httpStatus: 422, isRetryable: false },
  request_expired: { httpStatus: 422, isRetryable: false },
  rate_limited: { httpStatus: 429, isRetryable: true },
  // What the claim, its volume or the target is like
  claim_not_found: { httpStatus: 404, isRetryable: false },
  claim_not_bound: { httpStatus: 422, isRetryable: false },
  claim_not_longhorn: { httpStatus: 422, isRetryable: false },
  volume_not_found: { httpStatus: 422, isRetryable: false },
  volume_faulted: { httpStatus: 422, isRetryable: false },
  volume_standby: { httpStatus: 422, isRetryable: false },
  volume_restoring: { httpStatus: 422, isRetryable: false },
  driver_unavailable: { httpStatus: 422, isRetryable: false },
  target_unavailable: { httpStatus: 422, isRetryable: false },
  restore_point_not_found: { httpStatus: 404, isRetryable: false },
  restore_point_not_usable: { httpStatus: 422, isRetryable: false },
  target_exists: { httpStatus: 409, isRetryable: false },
  // Whose points they are
  cluster_id_shared: { httpStatus: 409, isRetryable: false },
  cluster_still_writes: { httpStatus: 409, isRetryable: false },
  // What is deleted only after a person has said yes to it
  confirmation_needed: { httpStatus: 409, isRetryable: false },
  // What happened to the work
  snapshot_failed: { httpStatus: 500, isRetryable: false },
  backup_failed: { httpStatus: 500, isRetryable: false },
  backup_vanished: { httpStatus: 500, isRetryable: false },
  backup_not_restorable: { httpStatus: 500, isRetryable: false },
  restore_failed: { httpStatus: 500, isRetryable: false },
  restore_refuted: { httpStatus: 500, isRetryable: false },
  restore_unproved: { httpStatus: 500, isRetryable: false },
  selftest_failed: { httpStatus: 500, isRetryable: false },
  prune_failed: { httpStatus: 500, isRetryable: false },
  cancelled: { httpStatus: 409, isRetryable: false },
  deadline_exceeded: { httpStatus: 504, isRetryable: false },
  // What another function says to the console
  function_unavailable: { httpStatus: 503, isRetryable: true },
  // What the store behind the backups says to a measurement
  bucket_refused: { httpStatus: 422, isRetryable: false },
  bucket_unavailable: { httpStatus: 503, isRetryable: true },
  // How this process was set up: it does not start
  invalid_settings: { httpStatus: 500, isRetryable: false },
  // What the cluster is like right now
  cluster_conflict: { httpStatus: 409, isRetryable: true },
  cluster_expired: { httpStatus: 410, isRetryable: true },
  cluster_refused: { httpStatus: 422, isRetryable: false },
  // Our credential: a mounted token is renewed, so that the same call may succeed later.
  cluster_unauthenticated: { httpStatus: 503, isRetryable: true },
  cluster_forbidden: { httpStatus: 422, isRetryable: false },
  namespace_terminating: { httpStatus: 409, isRetryable: false },
  cluster_unavailable: { httpStatus: 503, isRetryable: true },
  list_truncated: { httpStatus: 503, isRetryable: true },
  internal: { httpStatus: 500, isRetryable: true },
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof errorTable;

/** What the user reads: what happened, why, and how to fix it, with the names of the objects involved. No secrets. */
export interface Explanation {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export interface SoteriaErrorOptions {
  readonly cause?: unknown;
  /** Whole seconds after which the same call may succeed; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Extra members of the problem document, JSON values only. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export class SoteriaError extends Error {
  override readonly name = 'SoteriaError';
  readonly code: ErrorCode;
  readonly explanation: Explanation;
  readonly retryAfterSeconds: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, explanation: Explanation, options: SoteriaErrorOptions = {}) {
    super(`${explanation.what}: ${explanation.why}`, { cause: options.cause });
    this.code = code;
    this.explanation = explanation;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details;
  }

  get httpStatus(): (typeof errorTable)[ErrorCode]['httpStatus'] {
    return errorTable[this.code].httpStatus;
  }

  get isRetryable(): boolean {
    return errorTable[this.code].isRetryable;
  }
}

/** Anything thrown, as a SoteriaError; what is not one becomes `internal` and keeps its cause but not its message. */
export function toSoteriaError(thrown: unknown): SoteriaError {
  if (thrown instanceof SoteriaError) return thrown;
  return new SoteriaError(
    'internal',
    {
      what: 'Soteria failed unexpectedly',
      why: 'an error that no code path foresaw; the function log has it under the same trace id',
      fix: 'try again; if it stays, report it with the log line',
    },
    { cause: thrown },
  );
}
