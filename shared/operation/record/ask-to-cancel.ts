/** The wish to cancel, stored: who moves the Operation fulfils it, now or with the next wake-up. */
import { SoteriaError } from '../../errors.ts';
import { isTerminal, type Operation } from './schema.ts';
import { statusOf } from './status.ts';
import type { OperationStore } from './store.ts';

/** `noun` is what the caller knows it as. Throws `conflict` when it has ended. */
export async function askToCancel(
  store: Pick<OperationStore, 'requestCancel'>,
  operation: Operation,
  noun: 'operation' | 'restore',
  signal: AbortSignal,
): Promise<Operation> {
  const { name, namespace } = operation.metadata;
  const { phase } = statusOf(operation);
  if (isTerminal(phase)) {
    throw new SoteriaError('conflict', {
      what: `${noun} ${name} cannot be cancelled`,
      why: `it has already ended: ${phase}`,
      fix: 'no action is needed',
    });
  }
  return operation.spec.cancelRequested === true ? operation : store.requestCancel({ name, namespace }, signal);
}
