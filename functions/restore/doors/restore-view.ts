/** What a caller sees of one restore. */
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { ownerOf } from '@soteria/shared/operation/record/kind-owner.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { progressAnswerOf } from '@soteria/shared/operation/record/operation-answer.ts';
import { functionName } from '../../../drivers/restore/about-operation.ts';
import { verifiersViewOf } from '../proof/verifiers-of.ts';

export function isOfThisFunction(operation: Operation): boolean {
  return ownerOf(operation) === functionName;
}

export function viewOf(operation: Operation): Record<string, unknown> {
  const { metadata, spec } = operation;
  const status = statusOf(operation);
  const source = sourceRefOf(operation);
  return {
    name: metadata.name,
    kind: spec.kind,
    namespace: source.namespace,
    pvc: source.pvc === '' ? null : source.pvc,
    target_namespace: metadata.namespace,
    target_pvc: spec.request.targetPvc ?? null,
    ...verifiersViewOf(operation),
    ...progressAnswerOf(operation),
    restore_point: status.work?.restorePoint ?? null,
    data_as_of: status.work?.dataAsOf ?? null,
    result: status.result ?? null,
    error: status.error ?? null,
  };
}
