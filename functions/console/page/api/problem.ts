/** What an answer that is not a success says: Soteria’s problem document, or what the page itself knows when there is none. */

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.what}: ${problem.why}`);
    this.problem = problem;
  }
}

/** Another request may succeed: the function was asleep, restarts, or is busy. */
export function isWorthRepeating(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.problem.status === 503 || error.problem.status === 429;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    status: 0,
    code: 'unreachable',
    what: 'the console does not answer',
    why: error instanceof Error ? error.message : String(error),
    fix: 'check the network and the function console; the page tries again by itself',
  };
}

/** Of an answer’s body, whatever it is: a proxy in front may answer with HTML. */
export function readProblem(status: number, body: unknown): Problem {
  const text = (key: string): string | undefined => {
    if (typeof body !== 'object' || body === null || !(key in body)) return undefined;
    const value: unknown = Reflect.get(body, key);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    status,
    code: text('code') ?? `http_${status}`,
    what: text('what') ?? text('title') ?? `the answer is ${status}`,
    why: text('why') ?? text('detail') ?? 'what stands between this page and Soteria gave no reason',
    fix: text('fix') ?? 'reload the page; if that does not help, look at the log of the function console',
  };
}

/** The data of an answer of the client; throws `ProblemError`. */
export function dataOf<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data !== undefined) return answer.data;
  throw new ProblemError(readProblem(answer.response.status, answer.error));
}
