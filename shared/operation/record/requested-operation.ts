/** A request for an Operation before it is recorded: what is asked for, and where the request came from. Pure. */
import { operationName } from './names.ts';
import { group, type Operation, type OperationRequest, type OperationSpec, version } from './schema.ts';
import { type OperationKind, operationKinds } from '../kinds/kinds.ts';

export interface RequestedOperation {
  readonly kind: OperationKind;
  /** Namespace of the Operation. */
  readonly namespace: string;
  /** What stands in its name: a claim, or what else the kind is about. */
  readonly subject: string;
  readonly request: OperationRequest;
}

export interface Origin {
  /** The business key: a request with the same identity is the same request. */
  readonly identity: string;
  /** The caller chose the identity and not the instant: a repeat would have another name. */
  readonly mayHaveTwin: boolean;
  readonly requestedBy: NonNullable<OperationSpec['requestedBy']>;
  readonly cause: NonNullable<OperationSpec['cause']>;
  /** The event's time, else its arrival: part of the name. */
  readonly at: Date;
}

/** An Operation as it would be recorded: what a plan and a first look reason about. Never stored. */
export function imagined({ kind, namespace, subject, request }: RequestedOperation, at: Date): Operation {
  return {
    apiVersion: `${group}/${version}`,
    kind: 'Operation',
    metadata: {
      name: operationName(operationKinds[kind].verb, subject, at),
      namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: at.toISOString(),
    },
    spec: { kind, request },
  };
}
