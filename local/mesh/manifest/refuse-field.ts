/** A manifest is read whole, or refused with the names of the fields that the mesh would otherwise ignore silently. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type * as z from 'zod';
import type { UntypedObject } from './knative-types.ts';

export interface Manifest<S> {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generation: number;
  readonly spec: S;
}

/** Throws `invalid_request` naming the object and every field that is not honoured. */
export function readManifest<S extends z.ZodType>(schema: S, object: UntypedObject): Manifest<z.infer<S>> {
  const parsed = schema.safeParse(object['spec'] ?? {});
  const { kind, metadata } = object;
  const { namespace = '', name } = metadata;
  if (!parsed.success) {
    throw refuse({ kind, namespace, name }, listFields(parsed.error.issues, ['spec']));
  }
  return {
    namespace,
    name,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    generation: metadata.generation ?? 1,
    spec: parsed.data,
  };
}

export function refuse(
  object: { readonly kind: string; readonly namespace: string; readonly name: string },
  fields: readonly string[],
): SoteriaError {
  const name = `${object.kind} ${object.namespace}/${object.name}`;
  return new SoteriaError(
    'invalid_request',
    {
      what: `The local mesh cannot run ${name}`,
      why: `it does not honour ${fields.join('; ')}`,
      fix: 'change or remove what is named, or run this manifest on a cluster with Knative',
    },
    { details: { object: name, fields } },
  );
}

function listFields(issues: readonly z.core.$ZodIssue[], path: readonly PropertyKey[]): string[] {
  return issues.flatMap((issue) => {
    const here = [...path, ...issue.path];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...here, key].map(String).join('.'));
    if (issue.code === 'invalid_union') {
      // The sender most likely meant the branch with the fewest faults.
      const nearest = issue.errors.toSorted((a, b) => a.length - b.length)[0];
      if (nearest !== undefined && nearest.length > 0) return listFields(nearest, here);
    }
    return [`${here.map(String).join('.')} (${issue.message})`];
  });
}
