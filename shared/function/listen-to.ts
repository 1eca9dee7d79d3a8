/** From a request of `node:http` to its door, or to the routes. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FunctionApp } from './create-function.ts';
import { findDoor } from './door.ts';
import { answerAtDoor } from './node-door.ts';

type AnswerRoute = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

export function listenTo(app: FunctionApp): RequestListener {
  let loading: Promise<AnswerRoute> | undefined;

  async function load(): Promise<AnswerRoute> {
    const [{ getRequestListener }, routes] = await Promise.all([import('./hono.ts'), app.loadRoutes()]);
    return getRequestListener(routes.fetch, { overrideGlobalObjects: false, autoCleanupIncoming: false });
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [path = '/'] = (incoming.url ?? '/').split('?', 1);
    const door = findDoor(app.doors, incoming.method, path);
    if (door !== undefined) return answerAtDoor(door, incoming, outgoing);
    const answerRoute = await (loading ??= load());
    await answerRoute(incoming, outgoing);
    // As in `node-door.ts`: a refused body is read away.
    incoming.resume();
  }

  return (incoming, outgoing) => void answer(incoming, outgoing);
}
