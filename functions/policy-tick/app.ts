/** The doors of the function `policy-tick`; no logic of its own. */
import type { Resend } from '@soteria/shared/events/resend.ts';
import type { Publisher } from '@soteria/shared/events/publish.ts';
import type { Authorize } from '@soteria/shared/function/authorize.ts';
import { type IsPaused, tellPaused } from '@soteria/shared/function/tell-paused.ts';
import type { FunctionDefinition } from '@soteria/shared/function/contract.ts';
import { answerJson } from '@soteria/shared/function/json-body.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { BusySweep } from '@soteria/shared/operation/busy-sweep.ts';
import type { Slots } from '@soteria/shared/operation/slots.ts';
import type { OperationStore } from '@soteria/shared/operation/store.ts';
import { listDeadLetters, replayDeadLetter } from './dead-letters/dead-letter-doors.ts';
import { keepDeadLetter } from './dead-letters/keep-dead-letter.ts';
import type { LetterBox } from './dead-letters/letter-box.ts';
import { createTeller } from './dead-letters/tell-letters.ts';
import { sweepOperations } from './sweep/sweep-operations.ts';

export interface PolicyTickTools {
  readonly client: KubernetesClient;
  readonly store: OperationStore;
  readonly slots: Slots;
  readonly busySweep: BusySweep;
  readonly letters: LetterBox;
  readonly publisher: Publisher;
  readonly resend: Resend;
  readonly authorize: Authorize;
  readonly isPaused: IsPaused;
  /** Soteria's own. */
  readonly namespace: string;
  readonly now: () => Date;
}

export function definePolicyTick(tools: PolicyTickTools): FunctionDefinition {
  const teller = createTeller(tools);
  return {
    name: 'policy-tick',
    routes: (app) => {
      tellPaused(app, tools.isPaused);
      app.get('/v1/dead-letters', async (c) => answerJson(c, await listDeadLetters(tools, c.get('incoming'))));
      app.post('/v1/dead-letters/:id/replay', async (c) =>
        answerJson(c, await replayDeadLetter(tools, c.req.param('id'), c.get('incoming')), 202),
      );
    },
    on: { 'dev.knative.sources.ping': (event, from) => sweepOperations(tools, event, from) },
    eventPaths: { '/dead-letters': (event, from) => keepDeadLetter(tools, teller, event, from) },
  };
}
