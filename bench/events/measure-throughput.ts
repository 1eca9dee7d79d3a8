/** How many events one instance handles in a second under the full concurrency of its Service, and how long the slowest wait. */
import { Agent } from 'node:http';
import { type BenchEvent, postEvent } from '../post-event.ts';
import type { Program } from '../programs.ts';
import { runProgram } from '../run-program.ts';
import { quantile } from '../summarise.ts';
import { waitUntil } from '../../test/servers/wait-until.ts';

/** `containerConcurrency` of the shipped Services. */
const concurrency = 20;
const warmUpEvents = 1_000;
const countedEvents = 4_000;

/** Sends the events in turn, again and again, each with its own id. */
export async function measureThroughput(
  program: Program,
  events: readonly BenchEvent[],
): Promise<Record<string, number>> {
  const running = await runProgram(program);
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });

  let sent = 0;
  function next(): BenchEvent {
    const event = events[sent % events.length];
    if (event === undefined) throw new Error(`there is no event for ${program.name}`);
    sent += 1;
    return event;
  }

  /** Returns the duration of each event. */
  async function send(count: number): Promise<number[]> {
    const took: number[] = [];
    let left = count;
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (; left > 0;) {
          left -= 1;
          const startedAt = performance.now();
          const status = await postEvent(running.port, next(), agent);
          if (status < 200 || status > 299) throw new Error(`${program.name} answered ${status}`);
          took.push(performance.now() - startedAt);
        }
      }),
    );
    return took;
  }

  try {
    await waitUntil(`${program.name} answers`, () => send(1), {
      assertPossible: () => running.assertRunning(),
      everyMs: 20,
    });
    await send(warmUpEvents);
    const startedAt = performance.now();
    const took = await send(countedEvents);
    const seconds = (performance.now() - startedAt) / 1000;
    return { events_per_second: took.length / seconds, p99_ms: quantile(took, 0.99) };
  } finally {
    agent.destroy();
    await running.stop();
  }
}
