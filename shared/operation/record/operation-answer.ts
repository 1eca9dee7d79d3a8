/** The members that every answer about an Operation has: the request, its sender and the progress. Each function adds its own members. */
import type { Operation } from './schema.ts';
import { statusOf } from './status.ts';

/** For an answer to a request. An Operation without a uid is imagined, by a dry run. */
export function requestAnswerOf(operation: Operation, caller: string) {
  const { name, uid } = operation.metadata;
  const common = { job_name: name };
  if (uid === '') {
    const nothing = { operation: null, phase: null, message: null, error: null };
    return { ...common, requested_by: caller, dry_run: true, ...nothing };
  }
  const { phase, message, error = null } = statusOf(operation);
  const by = operation.spec.requestedBy?.user ?? caller;
  return { ...common, requested_by: by, dry_run: false, operation: name, phase, message, error };
}

export function progressAnswerOf(operation: Operation) {
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
    joined: status.joined ?? [],
  };
}
