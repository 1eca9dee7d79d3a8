/** What a caller sees of any Operation: who asked for what, and how far it is. Each function adds what is its own. */
import type { Operation } from './schema.ts';
import { statusOf } from './status.ts';

export function progressViewOf(operation: Operation) {
  const { metadata, spec } = operation;
  const status = statusOf(operation);
  return {
    request: spec.request,
    requested_by: spec.requestedBy?.user ?? null,
    requested_via: spec.requestedBy?.via ?? 'kubectl',
    created_at: metadata.creationTimestamp,
    phase: status.phase,
    progress: status.progress,
    message: status.message,
    started_at: status.startedAt ?? null,
    ended_at: status.finishedAt ?? null,
    steps: status.steps,
  };
}
