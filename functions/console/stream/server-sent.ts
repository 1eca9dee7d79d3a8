/** Messages of a stream of server-sent events, as the page reads them. Pure. */
import { claimNameOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';

/** So long a browser waits before it connects again. */
export const retryMs = 5_000;
/** After the end of the only Operation of a stream: a browser that does not close the stream is not to wake the function again soon. */
export const retryAfterEndMs = 3_600_000;

export interface ServerSent {
  readonly event: string;
  /** What the browser sends as `Last-Event-ID` when it connects again. */
  readonly id?: string | undefined;
  readonly retry?: number;
  readonly data: object;
}

const encoder = new TextEncoder();

/** JSON has no line breaks of its own, so the data is one line. */
export function toBytes({ event, id, retry, data }: ServerSent): Uint8Array {
  const head = `${retry === undefined ? '' : `retry: ${retry}\n`}${id === undefined ? '' : `id: ${id}\n`}`;
  return encoder.encode(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

export const heartbeat = encoder.encode(': heartbeat\n\n');

function namesOf(operation: Operation) {
  const { metadata, spec } = operation;
  return { name: metadata.name, namespace: metadata.namespace, kind: spec.kind, pvc: claimNameOf(spec) ?? null };
}

/** The members of an Operation that change while it runs, and who asked for it. */
export function progressOf(operation: Operation): ServerSent {
  const { metadata, spec } = operation;
  const { phase, progress, message, steps, startedAt, finishedAt, error } = statusOf(operation);
  const data = {
    ...namesOf(operation),
    phase,
    progress,
    message,
    step: steps.at(-1)?.name ?? null,
    requested_by: spec.requestedBy?.user ?? null,
    created_at: metadata.creationTimestamp,
    started_at: startedAt ?? null,
    ended_at: finishedAt ?? null,
    error: error ?? null,
  };
  return { event: 'operation:progress', id: metadata.resourceVersion, data };
}

export function deletionOf(operation: Operation): ServerSent {
  return { event: 'operation:deleted', id: operation.metadata.resourceVersion, data: namesOf(operation) };
}

/** Resource versions of one kind grow; a version is compared by its length first, because it may be longer than a number holds. */
export function isAfter(version: string, other: string): boolean {
  return version.length === other.length ? version > other : version.length > other.length;
}

/** A version that a browser has sent back; undefined: it is none. */
export function readVersion(text: string | undefined): string | undefined {
  return text !== undefined && /^[1-9]\d{0,19}$/.test(text) ? text : undefined;
}
