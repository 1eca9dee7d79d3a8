/** Hooks that stand where a real cluster calls admission webhooks: they may change or refuse a write before it is stored. */
import { ApiRefusal } from './api-refusal.ts';
import { kindId, type KindDefinition } from './memory-kinds.ts';
import type { WireObject } from './wire-object.ts';

export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** The object as it would be stored; of a deletion, the object to be deleted. */
  readonly object: WireObject;
  /** Undefined for a creation. */
  readonly oldObject: WireObject | undefined;
  readonly isDryRun: boolean;
}

/** Nothing: admitted as it is. `object`: stored instead. `refuse`: the status and the whole message the caller gets. */
export type AdmissionAnswer =
  | undefined
  | { readonly object: WireObject }
  | { readonly refuse: { readonly code: number; readonly message: string; readonly reason?: string } };

export type AdmissionHook = (request: AdmissionRequest) => AdmissionAnswer;

export interface Admission {
  /** Hooks of one kind run in the order they were added; writes to `/status` pass them by. Returns how to remove it. */
  add(resource: { readonly group: string; readonly plural: string }, hook: AdmissionHook): () => void;
  /** The object to store; throws the ApiRefusal a hook asked for. */
  review(kind: KindDefinition, request: AdmissionRequest): WireObject;
}

const reasonOfCode: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  403: 'Forbidden',
  422: 'Invalid',
  500: 'InternalError',
};

export function createAdmission(): Admission {
  const hooks = new Map<string, readonly AdmissionHook[]>();
  return {
    add(resource, hook) {
      const id = kindId(resource);
      hooks.set(id, [...(hooks.get(id) ?? []), hook]);
      return () => {
        hooks.set(
          id,
          (hooks.get(id) ?? []).filter((other) => other !== hook),
        );
      };
    },
    review(kind, request) {
      let { object } = request;
      for (const hook of hooks.get(kindId(kind)) ?? []) {
        const answer = hook({ ...request, object });
        if (answer === undefined) continue;
        if ('object' in answer) object = answer.object;
        else {
          const { code, message, reason } = answer.refuse;
          throw new ApiRefusal(code, reason ?? reasonOfCode[code] ?? '', message);
        }
      }
      return object;
    },
  };
}
