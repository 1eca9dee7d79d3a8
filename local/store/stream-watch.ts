/** Carries out a watch: one JSON object per line, until the time is over, the client is gone, or the store stops. */
import type { ServerResponse } from 'node:http';
import { encodeJson } from './answer.ts';
import type { WatchLine, WatchPlan } from './plan-watch.ts';

export interface StreamTimes {
  /** The time between two bookmarks. */
  readonly bookmarkEveryMs: number;
}

/** A client that reads slower than objects change is disconnected at this many unread bytes; it reconnects and lists again. */
const maxUnreadBytes = 16 * 1024 * 1024;

/** The returned function ends the watch. */
export function streamWatch(response: ServerResponse, plan: WatchPlan, times: StreamTimes): () => void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const send = (line: WatchLine) => {
    if (response.writableEnded || response.destroyed) return;
    response.write(`${encodeJson(line)}\n`);
    if (response.writableLength > maxUnreadBytes) response.destroy();
  };
  const stop = plan.start(send);
  if (stop === undefined) {
    response.end();
    return () => {};
  }
  const bookmarks = plan.hasBookmarks ? setInterval(() => send(plan.bookmark()), times.bookmarkEveryMs) : undefined;
  const timeout = setTimeout(() => {
    if (plan.hasBookmarks) send(plan.bookmark());
    end();
  }, plan.timeoutSeconds * 1000);
  const cleanUp = () => {
    stop();
    clearInterval(bookmarks);
    clearTimeout(timeout);
  };
  const end = () => {
    cleanUp();
    response.end();
  };
  response.on('close', cleanUp);
  return end;
}
