/** An answer of the store, before it becomes HTTP. */
import { statusOf, type ApiRefusal } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import { writeJson } from '@soteria/shared/kubernetes/json.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import type { WatchPlan } from './plan-watch.ts';

export interface Incoming {
  readonly method: string;
  readonly pathname: string;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
  /** In lower case without parameters; empty when the caller named none. */
  readonly contentType: string;
  readonly body: Buffer;
}

export type Answer =
  | { readonly status: number; readonly json: JsonObject }
  | { readonly status: number; readonly text: string }
  | { readonly watch: WatchPlan };

export function refusalAnswer(refusal: ApiRefusal): Answer {
  return { status: refusal.code, json: statusOf(refusal) };
}

/** Integers beyond 2^53 are bigints, which JSON.stringify cannot write; they are rare, so it is tried first. */
export function encodeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return writeJson(value);
  }
}
