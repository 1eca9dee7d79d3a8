/** The doors of the function `policy-tick`; no logic of its own. */
import { reportPaused } from '@soteria/shared/function/report-paused.ts';
import type { FunctionDefinition, Incoming } from '@soteria/shared/function/contract.ts';
import { answerJson } from '@soteria/shared/function/json-body.ts';
import { listDeadLetters, replayDeadLetter } from './dead-letters/dead-letter-doors.ts';
import { keepDeadLetter } from './dead-letters/keep-dead-letter.ts';
import { createTeller } from './dead-letters/tell-letters.ts';
import { mountPolicies } from './doors/policy-routes.ts';
import { tickPrefix } from './ping-sources/tick-prefix.ts';
import type { PolicyTickTools } from './tools.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { beginSweep } from './sweep/sweep-operations.ts';

export function definePolicyTick(tools: PolicyTickTools): FunctionDefinition {
  const teller = createTeller(tools);
  const evaluate = async (from: Incoming, list?: () => Promise<readonly Operation[]>): Promise<void> => {
    const { evaluatePolicies } = await import('./evaluate/evaluate-policies.ts');
    const evaluated = await evaluatePolicies(tools, from, list);
    await tools.sendHeartbeat?.(evaluated, from);
  };
  return {
    name: 'policy-tick',
    routes: (app) => {
      reportPaused(app, tools.isPaused);
      app.get('/v1/dead-letters', async (c) =>
        answerJson(c, await listDeadLetters(tools, c.req.query(), c.get('incoming'))),
      );
      app.get('/v1/coverage', async (c) => {
        const { readCoverage } = await import('./doors/read-coverage.ts');
        return answerJson(c, await readCoverage(tools, c.req.query(), c.get('incoming')));
      });
      app.post('/v1/dead-letters/:id/replay', async (c) =>
        answerJson(c, await replayDeadLetter(tools, c.req.param('id'), c.get('incoming')), 202),
      );
      mountPolicies(app, tools);
    },
    on: {
      'dev.knative.sources.ping': async (event, from) => {
        const isSweep = !event.source.includes(`/${tickPrefix}`);
        const sweep = isSweep ? beginSweep(tools, event, from) : undefined;
        // A failure of one is no failure of the other.
        const parts = await Promise.allSettled([sweep?.ended, evaluate(from, sweep?.listed)]);
        const failed = parts.find(({ status }) => status === 'rejected');
        if (failed?.status === 'rejected') throw failed.reason;
      },
      'dev.soteria.policy.changed.v1': (_event, from) => evaluate(from),
      'dev.soteria.operation.due.v1': async (event, from) => {
        const [{ wakeBySweep }, prune] = await Promise.all([import('./doors/wake-prune.ts'), tools.loadPrune()]);
        await wakeBySweep(prune, event, from);
      },
      'dev.soteria.leftovers.due.v1': async (_event, from) => {
        const [{ tidyLeftovers }, prune] = await Promise.all([import('./doors/wake-prune.ts'), tools.loadPrune()]);
        await tidyLeftovers(prune, from);
      },
      'dev.knative.apiserver.ref.add': async (event, from) => {
        const [{ wakeByObject }, prune] = await Promise.all([import('./doors/wake-prune.ts'), tools.loadPrune()]);
        await wakeByObject(prune, event, from);
      },
    },
    eventPaths: { '/dead-letters': (event, from) => keepDeadLetter(tools, teller, event, from) },
  };
}
