/** Gives every function the same doors: events, `/v1/…`, health and metrics. No logic of any function is here. */
import type { Hono } from 'hono';
import { catalogueDoor } from './catalogue-door.ts';
import type { FunctionDefinition, KitEnv } from './contract.ts';
import { type Door, type Doors, findDoor } from './door.ts';
import { answerFetch } from './fetch-door.ts';
import type { KitTools } from './incoming.ts';
import { openDoors } from './open-doors.ts';
import { rawEventDoor } from './raw-event-door.ts';

export interface FunctionApp {
  /** Events, health and metrics. */
  readonly doors: Doors;
  /** All other requests. Hono and fetch's classes are loaded with the first of them: what an event wakes never needs them. */
  loadRoutes(): Promise<Hono<KitEnv>>;
  /** Answers without a socket, through the same doors. */
  fetch(this: void, request: Request): Promise<Response>;
  /** `fetch` of a path. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

export function createFunction(definition: FunctionDefinition, tools: KitTools): FunctionApp {
  const doors = doorsOf(definition, tools);
  let loading: Promise<Hono<KitEnv>> | undefined;

  async function load(): Promise<Hono<KitEnv>> {
    const { createRoutes } = await import('./create-routes.ts');
    return createRoutes(definition.routes, doors, tools);
  }

  const loadRoutes = (): Promise<Hono<KitEnv>> => (loading ??= load());

  async function fetch(request: Request): Promise<Response> {
    const door = findDoor(doors, request.method, new URL(request.url).pathname);
    return door === undefined ? (await loadRoutes()).fetch(request, {}) : answerFetch(door, request);
  }

  return {
    doors,
    loadRoutes,
    fetch,
    request: (path, init) => fetch(new Request(new URL(path, 'http://localhost'), init)),
  };
}

function doorsOf({ on, eventPaths = {} }: FunctionDefinition, tools: KitTools): Doors {
  const doors = new Map<string, { method: 'GET' | 'POST'; door: Door }>();
  for (const [path, door] of openDoors(tools.metrics)) doors.set(path, { method: 'GET', door });
  doors.set('/', { method: 'POST', door: catalogueDoor(on, tools) });
  for (const [path, handler] of Object.entries(eventPaths)) {
    doors.set(path, { method: 'POST', door: rawEventDoor(handler, tools) });
  }
  return doors;
}
