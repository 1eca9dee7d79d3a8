/**
 * A door that works without fetch's classes: loading Request, Response and Headers costs a Node process 20 ms and 14 MiB, and an
 * event needs none of them. `node-door.ts` and `fetch-door.ts` open such a door to their kind of request.
 */

import type { RequestHeaders } from '../http/request-headers.ts';

export interface DoorRequest {
  readonly headers: RequestHeaders;
  /** Tells when the caller hangs up before it has its answer. */
  onHangUp(listener: () => void): void;
  /** Throws `request_too_large`, by `content-length` before reading, else while reading. */
  readBody(maxBytes: number): Promise<Uint8Array>;
}

export interface DoorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: none. */
  readonly body?: string;
}

export type Door = (request: DoorRequest) => Promise<DoorAnswer>;

/** By path; each takes one method. */
export type Doors = ReadonlyMap<string, { readonly method: 'GET' | 'POST'; readonly door: Door }>;

/** The door for this request; what has none is the HTTP routes' to answer. */
export function findDoor(doors: Doors, method: string | undefined, path: string): Door | undefined {
  const found = doors.get(path);
  return found?.method === (method === 'HEAD' ? 'GET' : method) ? found?.door : undefined;
}
