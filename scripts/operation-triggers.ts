/**
 * The Triggers of the functions that move Operations, from the table of kinds: requests by event, changes of watched objects, and what
 * the sweep asks for. Pure. Every Trigger carries its whole delivery: with only a part of it, the Broker's retries do not apply.
 */
import type { KindOfOperation, Waker } from '@soteria/shared/operation/kinds/kind.ts';
import { operationKinds } from '@soteria/shared/operation/kinds/kinds.ts';

type Filter = Readonly<Record<string, unknown>>;
const kinds: readonly (readonly [string, KindOfOperation])[] = Object.entries(operationKinds);

/** Functions that own a kind. */
export const functionsWithKinds = [...new Set(kinds.map(([, kind]) => kind.function))];

const service = (name: string) => ({ ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name } });

function trigger(name: string, to: string, filters: readonly Filter[]) {
  return {
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name, namespace: 'soteria', labels: { 'eventing.knative.dev/broker': 'default' } },
    spec: {
      broker: 'default',
      filters,
      subscriber: service(to),
      delivery: {
        retry: 5,
        backoffPolicy: 'exponential',
        backoffDelay: 'PT2S',
        timeout: 'PT60S',
        deadLetterSink: { ...service('policy-tick'), uri: '/dead-letters' },
      },
    },
  };
}

/** One filter, or any of several. */
const anyOf = (filters: readonly Filter[]): Filter =>
  filters.length === 1 && filters[0] !== undefined ? filters[0] : { any: filters };

const reference = 'dev.knative.apiserver.ref.';
const exactly = ({ kind, change }: Waker): Filter => ({
  exact: change === undefined ? { kind } : { type: `${reference}${change}`, kind },
});
const named = (name: string): Filter => ({ prefix: { name } });

/** Without equal ones, and without prefixes of names that a shorter one covers. */
function distinct(filters: readonly Filter[]): Filter[] {
  return [...new Map(filters.map((filter) => [JSON.stringify(filter), filter])).values()];
}
function shortest(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !names.some((other) => other !== name && name.startsWith(other)));
}

/**
 * A reference says no more than kind and name, and the names of all that a kind makes begin as those of its Operations do. Of
 * Operations only the additions, and deletions where a kind asks for them: their updates are written by the function itself.
 */
function wakeUps(own: readonly KindOfOperation[]): Filter[] {
  const wakers = own.flatMap(({ wokenBy }) => wokenBy);
  const names = shortest(own.map(({ verb }) => `soteria-${verb}-`)).map(named);
  const objects = distinct([
    exactly({ kind: 'Operation', change: 'add' }),
    ...wakers.filter(({ name }) => name === undefined).map(exactly),
  ]);
  const others = wakers.flatMap((waker) =>
    waker.name === undefined ? [] : [{ all: [named(waker.name), exactly(waker)] }],
  );
  const ofOwnNames = [anyOf(names), anyOf(objects)];
  const filters = others.length === 0 ? ofOwnNames : [{ any: [{ all: ofOwnNames }, ...others] }];
  return [{ prefix: { type: reference } }, ...filters];
}

/** The Triggers of one function. */
export function operationTriggers(owner: string) {
  const own = kinds.filter(([, kind]) => kind.function === owner);
  const requests = own
    .flatMap(([, { events }]) => Object.entries(events))
    .filter(([, { role }]) => role === 'request')
    .map(([type]) => ({ exact: { type } }));
  const due = [
    ...own.map(([kind]) => ({ exact: { type: 'dev.soteria.operation.due.v1', operationkind: kind.toLowerCase() } })),
    { exact: { type: 'dev.soteria.leftovers.due.v1', function: owner } },
  ];
  return [
    ...(requests.length === 0 ? [] : [trigger(`${owner}-requested`, owner, [anyOf(requests)])]),
    trigger(`${owner}-wakeups`, owner, wakeUps(own.map(([, kind]) => kind))),
    trigger(`${owner}-due`, owner, [anyOf(due)]),
  ];
}
