/**
 * What has been proved where: each promise of the README with the test files that prove it, by the programs they run on. The README's table is made from
 * this list and from the existing files; a run that must be complete fails when one of the files did not run (`scripts/test.ts`).
 */
import { globSync } from 'node:fs';

export interface Place {
  readonly title: string;
  /** The real and the emulated programs of this place. */
  readonly means: string;
  /** Set to 1, the tests of this place must run. */
  readonly required?: string;
}

export const places = {
  embedded: {
    title: 'embedded',
    means: 'the parts of `local/` replace the API server, Longhorn, Knative and the bucket',
    required: 'REQUIRE_APISERVER',
  },
  server: {
    title: 'real API server',
    means:
      'kube-apiserver with the CRDs of Longhorn and Knative, and no more rights than the manifests grant; Longhorn and Knative are those of `local/`',
    required: 'REQUIRE_APISERVER',
  },
  knative: {
    title: 'real Knative',
    means:
      'on that API server, ingress, filter, in-memory channel and both source adapters of Eventing 0.49.2 and the queue-proxy of Serving 0.49.0; ' +
      'not its controllers, activator and autoscaler',
    required: 'REQUIRE_KNATIVE',
  },
  longhorn: {
    title: 'Longhorn’s code',
    means:
      'on that API server, the admission webhook of Longhorn 1.12.0: every object that we send passes it; the statuses are written by the Longhorn of `local/`',
    required: 'REQUIRE_LONGHORN',
  },
} as const satisfies Readonly<Record<string, Place>>;

export type PlaceName = keyof typeof places;
export const placeNames = Object.keys(places).filter((name): name is PlaceName => name in places);

interface Promised {
  readonly what: string;
  /** Globs of test files. */
  readonly by: Readonly<Partial<Record<PlaceName, readonly string[]>>>;
}

export const promises: readonly Promised[] = [
  {
    what: 'back up a claim, by HTTP, event and `kubectl create`',
    by: {
      embedded: ['test/e2e/embedded.test.ts'],
      server: ['test/apiserver/product.test.ts', 'test/apiserver/operation-admission.test.ts'],
      knative: ['test/knative/main-job.test.ts'],
    },
  },
  {
    what: 'restore every byte into a new claim',
    by: {
      embedded: ['test/e2e/restore.test.ts'],
      server: ['test/apiserver/restore*.test.ts'],
      knative: ['test/knative/main-job.test.ts'],
    },
  },
  {
    what: 'restore tests that verify and refute',
    by: {
      embedded: ['test/e2e/restore-test.test.ts', 'test/e2e/verification.test.ts'],
      server: ['test/apiserver/restore-test.test.ts', 'test/apiserver/verification-job.test.ts'],
      knative: ['test/knative/main-job.test.ts'],
    },
  },
  {
    what: 'the cluster is lost: restore and adopt',
    by: {
      embedded: ['test/e2e/start.test.ts'],
      server: ['test/apiserver/self-test.test.ts'],
      knative: ['test/knative/disaster.test.ts'],
    },
  },
  {
    what: 'policies: backups in time, coverage',
    by: {
      embedded: ['test/e2e/policies.test.ts'],
      server: ['test/apiserver/policies.test.ts', 'test/apiserver/prune.test.ts'],
      knative: ['test/knative/wakes.test.ts'],
    },
  },
  {
    what: 'what the bucket holds and costs',
    by: {
      embedded: ['test/usage/*.test.ts', 'test/e2e/listing-job.test.ts'],
      server: ['test/apiserver/usage.test.ts'],
      knative: ['test/knative/wakes.test.ts'],
    },
  },
  {
    what: 'sleep, wake, queue, redelivery, dead letters',
    by: {
      embedded: ['test/mesh/*.test.ts', 'local/mesh/**/*.test.ts'],
      knative: ['test/knative/contract.test.ts', 'test/knative/wakes.test.ts'],
    },
  },
  {
    what: 'lost events, killed processes',
    by: {
      embedded: ['test/e2e/bad-weather.test.ts', 'test/simulation/*.test.ts'],
      server: ['test/apiserver/restore-killed.test.ts'],
      knative: ['test/knative/weather.test.ts'],
    },
  },
  {
    what: 'Longhorn accepts the objects that Soteria sends, and refuses as the documents say',
    by: {
      embedded: ['local/longhorn/*contract.test.ts'],
      server: ['test/apiserver/local-longhorn.test.ts'],
      longhorn: ['test/longhorn/*.test.ts'],
    },
  },
  {
    what: 'the roles of the manifests: enough rights, and none unused',
    by: {
      server: ['test/rights/*.test.ts', 'test/apiserver/seldom-rights.test.ts', 'test/apiserver/installation.test.ts'],
    },
  },
];

/** Sorted, from the root of the repository. */
export function suitesAt(root: string, { by }: Promised, place: PlaceName): readonly string[] {
  return (by[place] ?? []).flatMap((glob) => globSync(glob, { cwd: root })).toSorted();
}
