/** Wakes the shipped function as its schedule does, until it has recorded the content of the bucket. */
import type { AdminClient } from '../../test/servers/admin-client.ts';
import { postEvent } from '../post-event.ts';
import type { Program } from '../programs.ts';
import { runProgram } from '../run-program.ts';

export interface Totals {
  readonly bytes: number;
  readonly objects: number;
}

const configMaps = '/api/v1/namespaces/soteria/configmaps';
const recordPath = `${configMaps}/soteria-b2-usage`;

interface Recorded {
  readonly measurement?: {
    readonly buckets: readonly {
      readonly tally: {
        readonly bytes: number;
        readonly objects: number;
        readonly hiddenBytes: number;
        readonly hiddenObjects: number;
      };
    }[];
  };
}

/** Throws when the sums are not `expected`. */
export async function measureOurs(
  program: Program,
  admin: AdminClient,
  expected: Totals,
): Promise<Record<string, number>> {
  await admin.call('DELETE', recordPath);
  const running = await runProgram(program);
  try {
    await untilReady(running.port, running.assertRunning);
    const startedAt = performance.now();
    let steps = 0;
    let recorded: Recorded = {};
    // Without a broker the function's own wake-up events are lost: the schedule's next ping replaces them.
    while (recorded.measurement === undefined && steps < 20) {
      steps += 1;
      const status = await postEvent(running.port, { type: 'dev.knative.sources.ping', data: {} });
      if (status !== 204) throw new Error(`${program.name} answered ${status}`);
      const { body } = await admin.call<{ data?: { json?: string } }>('GET', recordPath);
      recorded = JSON.parse(body.data?.json ?? '{}') as Recorded;
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const tally = recorded.measurement?.buckets[0]?.tally;
    const bytes = (tally?.bytes ?? 0) + (tally?.hiddenBytes ?? 0);
    const objects = (tally?.objects ?? 0) + (tally?.hiddenObjects ?? 0);
    if (bytes !== expected.bytes || objects !== expected.objects)
      throw new Error(`${program.name} measured ${bytes} bytes in ${objects}, there are ${JSON.stringify(expected)}`);
    return { measure_s: seconds, rss_mib: running.peakRssMib(), objects_per_s: objects / seconds };
  } finally {
    await running.stop();
  }
}

async function untilReady(port: number, assertRunning: () => void): Promise<void> {
  for (;;) {
    assertRunning();
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok === true) return;
  }
}
