/** The Knative Services of the namespace, each with its listener. */
import type { Route } from './find-route.ts';
import { readPrefixes, routesAnnotation } from './find-route.ts';
import { followObjects } from './follow-objects.ts';
import { knativeServices } from './manifest/knative-types.ts';
import { readManifest } from './manifest/refuse-field.ts';
import type { Manifest } from './manifest/refuse-field.ts';
import { listIgnoredFields, serviceSpec } from './manifest/service-schema.ts';
import type { ServiceSpec } from './manifest/service-schema.ts';
import { runService } from './serving/run-service.ts';
import type { RunningService, ServiceParts } from './serving/run-service.ts';
import type { WatchParts } from './watch-for-ever.ts';
import { writeReady } from './write-status.ts';

export type ServicesParts = ServiceParts & WatchParts & { readonly namespace: string };

export interface Services {
  started(): Promise<void>;
  readonly urlOf: (namespace: string, name: string) => string | undefined;
  readonly listRoutes: () => readonly Route[];
  readonly listIgnored: () => readonly string[];
  stop(): Promise<void>;
}

export function followServices(parts: ServicesParts): Services {
  const services = new Map<string, { readonly manifest: Manifest<ServiceSpec>; readonly running: RunningService }>();

  return {
    started: () =>
      followObjects(parts, knativeServices, {
        async take(object) {
          const manifest = readManifest(serviceSpec, object);
          const { name, namespace } = manifest;
          const present = services.get(name);
          const running = present?.running ?? (await runService(parts, manifest));
          if (present !== undefined && !isSameSpec(present.manifest, manifest)) running.update(manifest);
          services.set(name, { manifest, running });
          await writeReady(parts, knativeServices, object, {
            url: `http://${name}.${namespace}.svc.cluster.local`,
            address: { url: `http://${name}.${namespace}.svc.cluster.local` },
          });
        },
        async drop(name) {
          const present = services.get(name);
          services.delete(name);
          await present?.running.stop();
        },
      }),
    urlOf: (namespace, name) => (namespace === parts.namespace ? services.get(name)?.running.url : undefined),
    listRoutes: () =>
      [...services.values()].flatMap(({ manifest, running }) =>
        readPrefixes(manifest.annotations[routesAnnotation]).map((prefix) => ({ prefix, url: running.url })),
      ),
    listIgnored: () =>
      [...services.values()].flatMap(({ manifest }) => {
        const fields = listIgnoredFields(manifest.spec);
        return fields.length === 0 ? [] : [`Service ${manifest.name}: ${fields.join(', ')}`];
      }),
    async stop() {
      await Promise.all([...services.values()].map(({ running }) => running.stop()));
      services.clear();
    },
  };
}

/** Annotations on the Service itself make no new revision. */
function isSameSpec(before: Manifest<ServiceSpec>, after: Manifest<ServiceSpec>): boolean {
  return JSON.stringify(before.spec) === JSON.stringify(after.spec);
}
