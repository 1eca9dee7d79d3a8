/** What describes the API: the documents for machines, and a page for people. The build makes them from the declared routes and events. */
import type { Context, Hono } from 'hono';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KitEnv } from '@soteria/shared/function/contract.ts';
import type { PageFiles } from './read-page-files.ts';
import { answerFile } from './serve-page.ts';

export function serveDocuments(app: Hono<KitEnv>, files: PageFiles): void {
  const answer = async (c: Context<KitEnv>, path: string): Promise<Response> => {
    const file = await files(path);
    if (file !== undefined) return answerFile(c, file);
    throw new SoteriaError('not_found', {
      what: `${path.slice(1)} is not here`,
      why: 'this function was not started from its bundle',
      fix: 'read it in the folder docs of the repository',
    });
  };
  app.get('/v1/openapi.json', (c) => answer(c, '/openapi.json'));
  app.get('/v1/asyncapi.yaml', (c) => answer(c, '/asyncapi.yaml'));
  // `all`: these two are no routes of the API.
  for (const [path, file] of [
    ['/v1', '/api.html'],
    ['/api.css', '/api.css'],
  ] as const) {
    app.all(path, (c, next) => (c.req.method === 'GET' ? answer(c, file) : next()));
  }
}
