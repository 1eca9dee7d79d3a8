/** Measures the time from the start of the process to the answer to its first event, and the memory it then takes. */
import { setTimeout as pause } from 'node:timers/promises';
import { type BenchEvent, postEvent } from '../post-event.ts';
import type { Program } from '../programs.ts';
import { runProgram } from '../run-program.ts';

const deadlineMs = 30_000;

/** Throws when the event is not answered with success: a fast failure must not look like a fast start. */
export async function measureColdStart(program: Program, event: BenchEvent): Promise<Record<string, number>> {
  const running = await runProgram(program);
  try {
    for (;;) {
      running.assertRunning();
      const status = await postEvent(running.port, event).catch(() => undefined);
      const elapsedMs = performance.now() - running.startedAt;
      if (status !== undefined && status >= 200 && status <= 299) {
        return { first_event_ms: elapsedMs, rss_mib: running.rssMib() };
      }
      if (status !== undefined) throw new Error(`${program.name} answered its first event ${status}`);
      if (elapsedMs > deadlineMs) throw new Error(`${program.name} did not answer within ${deadlineMs / 1000} s`);
      await pause(1);
    }
  } finally {
    await running.stop();
  }
}
