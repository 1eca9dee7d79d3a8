/** The tools over one client: for `main.ts`, and over the in-memory cluster for the tests. */
import { publishDue } from '@soteria/shared/events/publish-due.ts';
import type { FunctionTools } from '@soteria/shared/function/start.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { readPaused } from '@soteria/shared/settings/paused.ts';
import { readSeldom } from '@soteria/shared/settings/read-seldom.ts';
import type { ConsoleSettings } from './config.ts';
import { createPassOn } from './front-door/pass-on.ts';
import { createPageFiles } from './page-files/read-page-files.ts';
import type { ConsoleTools } from './tools.ts';
import { type StreamLimits, streamLimits } from './stream/open-stream.ts';
import { createOperationFeed, type FeedOptions } from './stream/operation-feed.ts';
import { createSeenBy } from './who/visible-namespaces.ts';

/** So old may the inventory be that several viewers share. */
const viewForMs = 5_000;
/** So long do callers wait for one look at a large cluster, before another begins beside it. */
const viewWithinMs = 120_000;
/** So long may an answer miss a change of the switch. */
const pausedForMs = 5_000;

export type ToolsOptions = Pick<
  FunctionTools<ConsoleSettings>,
  'client' | 'authorize' | 'publisher' | 'settings' | 'log' | 'stopping' | 'now'
> & {
  readonly pageFolder: string;
  readonly documentsFolder: string;
  readonly watching: FeedOptions['watching'];
  readonly limits?: StreamLimits;
};

export function createConsoleTools(options: ToolsOptions): ConsoleTools {
  const { client, authorize, publisher, settings, now, pageFolder, documentsFolder } = options;
  const { log, stopping, watching, limits = streamLimits } = options;
  const { namespace, longhornNamespace, clusterId, authRequired } = settings;
  return {
    client,
    settings,
    authorize,
    seenBy: createSeenBy({ client, authRequired, now }),
    store: createOperationStore(client),
    slots: createSlots({ client, namespace, limits: settings.slotLimits, now }),
    wake: (operation, causationId, signal) => publishDue(publisher, operation, { causationId }, signal),
    isPaused: readSeldom(() => readPaused(client, namespace), { maxAgeMs: pausedForMs, now }),
    readView: readSeldom(
      async () => {
        const { gatherView } = await import('./inventory/gather-view.ts');
        return gatherView({ client, namespace, longhornNamespace, clusterId });
      },
      { maxAgeMs: viewForMs, maxWaitMs: viewWithinMs, now },
    ),
    passOn: createPassOn(settings, now),
    streams: { feed: createOperationFeed({ client, watching, log }), stopping, limits },
    pageFiles: createPageFiles(pageFolder),
    documents: createPageFiles(documentsFolder),
    now,
  };
}
