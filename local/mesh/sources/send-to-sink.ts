/** Sends as Knative's sources do: five retries within 3.1 seconds, and only after these answers; after any other the event is lost. */
import { writeBinary } from '../event/write-event.ts';
import type { CloudEvent } from '../event/cloud-event.ts';
import { wait } from '../clock.ts';
import type { DeliveryParts } from '../delivery/deliver.ts';
import { resolveDestination } from '../manifest/destination.ts';
import type { Destination } from '../manifest/destination.ts';
import { post } from '../post.ts';

const retriedStatuses: ReadonlySet<number> = new Set([404, 413, 425, 429, 502, 503, 504]);
const pausesMs = [100, 200, 400, 800, 1600] as const;

/** The last status, or 0 when the sink could not be reached at all. */
export async function sendToSink(
  parts: Omit<DeliveryParts, 'onActivity'>,
  sink: Destination,
  namespace: string,
  event: CloudEvent,
): Promise<number> {
  let status = await sendOnce(parts, sink, namespace, event);
  for (const pauseMs of pausesMs) {
    if ((status !== 0 && !retriedStatuses.has(status)) || parts.signal.aborted) break;
    await wait(parts.clock, pauseMs / parts.retryPace, parts.signal);
    status = await sendOnce(parts, sink, namespace, event);
  }
  return status;
}

async function sendOnce(
  parts: Omit<DeliveryParts, 'onActivity'>,
  sink: Destination,
  namespace: string,
  event: CloudEvent,
): Promise<number> {
  // Read before every try: the sink may be created or move between two tries.
  const url = resolveDestination(sink, namespace, parts.addresses);
  if (url === undefined) return 0;
  const { headers, body } = writeBinary(event);
  const message = { url, headers: { ...headers, 'kn-namespace': namespace }, body };
  const answer = await post(message, parts.clock, parts.signal);
  return answer.kind === 'answer' ? answer.status : 0;
}
