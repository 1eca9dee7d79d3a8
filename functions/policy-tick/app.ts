/** The doors of the function `policy-tick`; no logic of its own. */
import type { Publisher } from '@soteria/shared/events/publish.ts';
import type { FunctionDefinition } from '@soteria/shared/function/contract.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { OperationStore } from '@soteria/shared/operation/store.ts';
import { keepDeadLetter } from './dead-letters/keep-dead-letter.ts';
import { sweepOperations } from './sweep/sweep-operations.ts';

export interface PolicyTickTools {
  readonly client: KubernetesClient;
  readonly store: OperationStore;
  readonly publisher: Publisher;
  /** Soteria's own. */
  readonly namespace: string;
  readonly now: () => Date;
}

export function definePolicyTick(tools: PolicyTickTools): FunctionDefinition {
  return {
    name: 'policy-tick',
    on: { 'dev.knative.sources.ping': (event, incoming) => sweepOperations(tools, event, incoming) },
    eventPaths: { '/dead-letters': (event, incoming) => keepDeadLetter(tools, event, incoming) },
  };
}
