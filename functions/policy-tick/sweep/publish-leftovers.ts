/** `dev.soteria.leftovers.due.v1`: asks a function to look for what it has made and no open operation follows. */
import { factId } from '@soteria/shared/events/event-id.ts';
import type { Publisher } from '@soteria/shared/events/publish.ts';
import type { WakeCause } from '@soteria/shared/events/publish-due.ts';

export async function publishLeftovers(
  publisher: Publisher,
  functionName: string,
  { causationId, traceparent }: WakeCause,
  signal?: AbortSignal,
): Promise<void> {
  await publisher.publish(
    {
      id: factId(functionName, `leftovers:${causationId}`),
      type: 'dev.soteria.leftovers.due.v1',
      data: {},
      causationId,
      traceparent,
      extensions: { function: functionName },
    },
    signal,
  );
}
