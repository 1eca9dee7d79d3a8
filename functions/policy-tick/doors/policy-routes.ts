/** The routes of policies. What they need is evaluated with the first request: an event needs none of it. */
import type { KitEnv } from '@soteria/shared/function/contract.ts';
import { answerJson, readJsonBody } from '@soteria/shared/function/json-body.ts';
import type { Context, Hono } from 'hono';
import type { PolicyTickTools } from '../tools.ts';

const load = () => import('./policy-doors.ts');

export function mountPolicies(app: Hono<KitEnv>, tools: PolicyTickTools): void {
  app.get('/v1/policies', async (c) => {
    const { version, said } = await (await load()).listPolicies(tools, c.req.query(), c.get('incoming'));
    if (typeof said !== 'string') return answer(c, { version, said });
    return c.body(said, 200, { etag: etagOf(version), 'content-type': 'application/yaml; charset=utf-8' });
  });
  app.get('/v1/policies/:id', async (c) =>
    answer(c, await (await load()).getPolicy(tools, c.req.param('id'), c.get('incoming'))),
  );
  app.post('/v1/policies', async (c) => {
    const { putPolicy, readPolicyBody } = await load();
    return answer(c, await putPolicy(tools, await readPolicyBody(c), askedOf(c)));
  });
  app.delete('/v1/policies', async (c) => answer(c, await (await load()).deletePolicy(tools, undefined, askedOf(c))));
  app.delete('/v1/policies/:id', async (c) =>
    answer(c, await (await load()).deletePolicy(tools, c.req.param('id'), askedOf(c))),
  );
  app.post('/v1/policies/preview', async (c) => {
    const { previewFromJobs, previewPolicy, readPreviewBody } = await load();
    const body = await readPreviewBody(c);
    return answerJson(
      c,
      body === 'recurring-jobs'
        ? await previewFromJobs(tools, askedOf(c))
        : await previewPolicy(tools, body, askedOf(c)),
    );
  });
  app.get('/v1/policies/:id/preview', async (c) =>
    answerJson(c, await (await load()).previewStored(tools, c.req.param('id'), askedOf(c))),
  );
  app.post('/v1/policies/:id/prune', async (c) => {
    const { askForPrune } = await import('./ask-prune.ts');
    const { status, body } = await askForPrune(tools, c.req.param('id'), await readJsonBody(c), c.get('incoming'));
    return answerJson(c, body, status);
  });
  app.post('/v1/backups/hold', async (c) => {
    const { holdPoint } = await import('./hold-point.ts');
    return answerJson(c, await holdPoint(tools, await readJsonBody(c), c.get('incoming')));
  });
  app.post('/v1/backups/release', async (c) => {
    const { releasePoint } = await import('./hold-point.ts');
    return answerJson(c, await releasePoint(tools, await readJsonBody(c), c.get('incoming')));
  });
}

function askedOf(c: Context<KitEnv>) {
  return { query: c.req.query(), ifMatch: c.req.header('if-match'), incoming: c.get('incoming') };
}

function answer(c: Context<KitEnv>, { version, said }: { readonly version: string; readonly said: object }): Response {
  c.header('etag', etagOf(version));
  return answerJson(c, said);
}

function etagOf(version: string): string {
  return `"${version}"`;
}
