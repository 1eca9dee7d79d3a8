/** The budget of restore tests: one ConfigMap, written with the resourceVersion it was read with, so that two cannot have the last room. */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { type ConfigData, updateConfigMap } from '@soteria/shared/kubernetes/update-config-map.ts';
import type { Booked } from '../../../drivers/restore/world.ts';
import { booking, type Bookings, decideBudget } from './decide-budget.ts';

const budgetName = 'soteria-test-budget';

export interface TestBudget {
  /** Throws `cluster_conflict` when others write all the time: decide again. */
  enter(uid: string, bytes: bigint, signal?: AbortSignal): Promise<Booked>;
  /** For a test that never began; what is not there is success. */
  leave(uid: string, signal?: AbortSignal): Promise<void>;
}

export interface TestBudgetOptions {
  readonly client: KubernetesClient;
  /** Soteria's own. */
  readonly namespace: string;
  readonly limitBytes: bigint;
  readonly now: () => Date;
}

function parse(data: ConfigData): Bookings {
  const found = Object.entries(data).flatMap(([uid, text]) => {
    try {
      const { data: one } = booking.safeParse(JSON.parse(text));
      return one === undefined ? [] : [[uid, one] as const];
    } catch {
      // Written by hand: it books nothing.
      return [];
    }
  });
  return Object.fromEntries(found);
}

function dataOf(bookings: Bookings): ConfigData {
  return Object.fromEntries(Object.entries(bookings).map(([uid, one]) => [uid, JSON.stringify(one)]));
}

export function createTestBudget({ client, namespace, limitBytes, now }: TestBudgetOptions): TestBudget {
  const ref = { namespace, name: budgetName };
  return {
    enter: (uid, bytes, signal) =>
      updateConfigMap<Booked>(
        client,
        ref,
        (data) => {
          const decided = decideBudget({ bookings: parse(data), uid, bytes, limitBytes, now: now() });
          if (decided.decision === 'held') return { answer: { isBooked: true } };
          if (decided.decision === 'refuse') {
            const { waitsFor, roomAt } = decided;
            return { answer: { isBooked: false, waitsFor, roomAt } };
          }
          return { data: dataOf(decided.bookings), answer: { isBooked: true } };
        },
        signal,
      ),
    leave: (uid, signal) =>
      updateConfigMap(
        client,
        ref,
        (data) => {
          if (!(uid in data)) return { answer: undefined };
          const { [uid]: _left, ...rest } = data;
          return { data: rest, answer: undefined };
        },
        signal,
      ),
  };
}
