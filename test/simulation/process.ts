/** One simulated process of a function: it can be killed at any call, and what it was doing is then never finished. */
import { askByHttp } from '@soteria/backup/doors/ask-http.ts';
import type { BackupTools } from '@soteria/backup/tools.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { FunctionDefinition, Incoming } from '@soteria/shared/function/contract.ts';
import { silent } from './compose.ts';
import type { Evidence } from './evidence.ts';
import type { Mesh, Message } from './mesh.ts';
import type { Scheduler } from './scheduler.ts';

export interface Process {
  readonly id: number;
  readonly name: 'backup' | 'policy-tick';
  /** Of its clock, against the cluster's. */
  readonly skewMs: number;
  handle(message: Message): void;
  /** `POST /v1/backup`; only for `backup`. */
  post(body: { readonly namespace: string; readonly pvc: string; readonly max_age?: string }, key: string): void;
  /** Breaks off what has taken too long. */
  checkDeadlines(): void;
  /** Events that it received and has not acknowledged go to others. */
  kill(): void;
}

export interface ProcessOptions {
  readonly id: number;
  readonly name: Process['name'];
  readonly skewMs: number;
  readonly definition: FunctionDefinition;
  /** Undefined for other functions than `backup`. */
  readonly tools: BackupTools | undefined;
  readonly scheduler: Scheduler;
  readonly mesh: Mesh;
  readonly evidence: Evidence;
  readonly now: () => Date;
}

/** A request that takes longer is broken off, as the kit does. */
const deadlineMs = 60_000;

function tooLate(): SoteriaError {
  return new SoteriaError('cluster_unavailable', {
    what: 'the request was broken off',
    why: 'it took too long',
    fix: 'it is tried again',
  });
}

export function startProcess(options: ProcessOptions): Process {
  const { id, name, definition, tools, scheduler, mesh, evidence, now } = options;
  const inHand = new Set<Message>();
  const deadlines = new Map<AbortController, number>();

  function incoming(user: string, idempotencyKey?: string): Incoming {
    const deadline = new AbortController();
    deadlines.set(deadline, now().getTime() + deadlineMs);
    return {
      caller: { user, groups: [], proof: 'signature' },
      signal: deadline.signal,
      log: silent,
      receivedAt: now(),
      traceparent: undefined,
      idempotencyKey,
    };
  }

  /** Whether the same call may succeed later; what nobody foresaw is evidence. */
  function isWorthRetrying(thrown: unknown): boolean {
    if (!(thrown instanceof SoteriaError) || thrown.code === 'internal') {
      evidence.surprises.push(`${name}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'a throw'}`);
    }
    return thrown instanceof SoteriaError && thrown.isRetryable;
  }

  async function run(message: Message): Promise<void> {
    const { event } = message;
    inHand.add(message);
    try {
      await definition.on[event.type]?.(event, incoming('simulated'));
      await scheduler.pass(id);
      if (event.type.endsWith('backup.requested.v1')) {
        evidence.answered.push({ identity: `event:${event.source}|${event.id}`, door: 'event' });
      }
    } catch (error) {
      if (isWorthRetrying(error)) mesh.redeliver(message);
    }
    inHand.delete(message);
  }

  async function post(body: Parameters<Process['post']>[0], key: string): Promise<void> {
    if (tools === undefined) return;
    const from = incoming('caller', key);
    try {
      const answer = await askByHttp(tools, body, from);
      await scheduler.pass(id);
      if (answer.status === 202) evidence.answered.push({ identity: `http:caller:${key}`, door: 'http' });
    } catch (error) {
      isWorthRetrying(error);
    }
  }

  return {
    id,
    name,
    skewMs: options.skewMs,
    handle: (message) => void run(message),
    post: (body, key) => void post(body, key),
    checkDeadlines() {
      for (const [deadline, at] of deadlines) {
        if (now().getTime() < at) continue;
        deadline.abort(tooLate());
        deadlines.delete(deadline);
      }
    },
    kill() {
      scheduler.kill(id);
      for (const message of inHand) mesh.redeliver(message);
      inHand.clear();
    },
  };
}
