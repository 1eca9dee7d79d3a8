/** The PingSources and ApiServerSources of the namespace; they may come and go while the mesh runs. */
import { followObjects } from './follow-objects.ts';
import { resolveDestination } from './manifest/destination.ts';
import { apiServerSources, pingSources } from './manifest/knative-types.ts';
import { readManifest } from './manifest/refuse-field.ts';
import { apiServerSourceSpec, pingSourceSpec } from './manifest/source-schemas.ts';
import { runApiServerSource } from './sources/run-api-server-source.ts';
import type { ApiServerSourceParts } from './sources/run-api-server-source.ts';
import { runPingSource } from './sources/run-ping-source.ts';
import type { PingParts } from './sources/run-ping-source.ts';
import { writeFinalizers, writeReady } from './write-status.ts';

/** Knative's own: a PingSource that is deleted is still there, and its name taken, until the controller has seen it. */
const finalizer = 'pingsources.sources.knative.dev';

export type SourcesParts = ApiServerSourceParts & PingParts & { readonly namespace: string };

export interface Sources {
  started(): Promise<void>;
  stop(): void;
}

export function followSources(parts: SourcesParts): Sources {
  /** `<plural>/<name>` → the function that ends the source. */
  const running = new Map<string, () => void>();

  function end(key: string): void {
    running.get(key)?.();
    running.delete(key);
  }

  async function followPings(): Promise<void> {
    await followObjects(parts, pingSources, {
      async take(object) {
        const source = readManifest(pingSourceSpec, object);
        end(`pingsources/${source.name}`);
        await writeFinalizers(parts, pingSources, object, [finalizer]);
        running.set(`pingsources/${source.name}`, runPingSource(parts, source));
        const sinkUri = resolveDestination(source.spec.sink, source.namespace, parts.addresses);
        await writeReady(parts, pingSources, object, { sinkUri });
      },
      drop: (name) => end(`pingsources/${name}`),
      release: (object) => writeFinalizers(parts, pingSources, object, []),
    });
  }

  async function followApiServerSources(): Promise<void> {
    await followObjects(parts, apiServerSources, {
      async take(object) {
        const source = readManifest(apiServerSourceSpec, object);
        end(`apiserversources/${source.name}`);
        const watches = runApiServerSource(parts, source);
        running.set(`apiserversources/${source.name}`, watches.stop);
        await watches.ready;
        const sinkUri = resolveDestination(source.spec.sink, source.namespace, parts.addresses);
        await writeReady(parts, apiServerSources, object, { sinkUri });
      },
      drop: (name) => end(`apiserversources/${name}`),
    });
  }

  return {
    async started() {
      await followPings();
      await followApiServerSources();
    },
    stop() {
      for (const key of running.keys()) end(key);
    },
  };
}
