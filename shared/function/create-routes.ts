/** The HTTP routes of a function, on Hono. */
import type { Hono } from 'hono';
import type { FunctionDefinition, KitEnv } from './contract.ts';
import type { Doors } from './door.ts';
import { Hono as Routes } from './hono.ts';
import { answerProblem, httpDoor, observeHttp, refuseUnrouted } from './http-door.ts';
import type { KitTools } from './incoming.ts';

/** The order is the protection: whatever is mounted after the HTTP door lies behind it. */
export function createRoutes(mount: FunctionDefinition['routes'], doors: Doors, tools: KitTools): Hono<KitEnv> {
  const app = new Routes<KitEnv>();
  app.use('*', observeHttp(tools), httpDoor(tools));
  mount?.(app);
  app.notFound((c) => refuseUnrouted(app, doors, c));
  app.onError((thrown, c) => answerProblem(thrown, c));
  return app;
}
