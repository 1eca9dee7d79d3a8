/** Gives every function the same doors: events, `/v1/…`, health and metrics. No logic of any function is here. */
import { Hono } from 'hono';
import type { FunctionDefinition, KitEnv } from './contract.ts';
import { catalogueDoor } from './catalogue-door.ts';
import { answerProblem, httpDoor, observeHttp, refuseUnrouted } from './http-door.ts';
import type { KitTools } from './incoming.ts';
import { mountOpenDoors } from './open-doors.ts';
import { rawEventDoor } from './raw-event-door.ts';

/** The order is the protection: whatever is mounted after the HTTP door lies behind it. */
export function createFunction(definition: FunctionDefinition, tools: KitTools): Hono<KitEnv> {
  const app = new Hono<KitEnv>();
  mountOpenDoors(app, tools.metrics);
  app.post('/', catalogueDoor(definition.on, tools));
  for (const [path, handler] of Object.entries(definition.eventPaths ?? {})) {
    app.post(path, rawEventDoor(handler, tools));
  }
  app.use('*', observeHttp(tools), httpDoor(tools));
  definition.routes?.(app);
  app.notFound((c) => refuseUnrouted(app, c));
  app.onError((thrown, c) => answerProblem(thrown, c));
  return app;
}
