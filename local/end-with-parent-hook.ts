/** See `end-with-parent.ts`. */
import type { Socket } from 'node:net';

function end(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}

// A pipe; it must not keep the process alive.
const fromParent = process.stdin as unknown as Socket;
fromParent.once('end', end);
fromParent.once('error', end);
fromParent.resume();
fromParent.unref();
