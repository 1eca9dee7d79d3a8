/** Between broker and delivery: what the chaos switches do to an event on its way. */
import type { ChaosSwitches } from '../chaos.ts';
import { wait } from '../clock.ts';
import { identityOf } from '../event/cloud-event.ts';
import { deliver } from './deliver.ts';
import type { Delivery, DeliveryParts } from './deliver.ts';

const longestHoldMs = 2000;

/** Returns how the (first) delivery ended; a dropped delivery counts as accepted, because no sender notices. */
export type Deliver = (delivery: Delivery) => Promise<'taken' | 'dead-lettered' | 'lost'>;

export function deliverWithChaos(parts: DeliveryParts, chaos: ChaosSwitches): Deliver {
  /** The held events of each Trigger, which wait for its next delivery to end. */
  const held = new Map<string, (() => void)[]>();

  function hold(trigger: string): Promise<void> {
    const overtaken = new Promise<void>((resolve) => held.set(trigger, [...(held.get(trigger) ?? []), resolve]));
    return Promise.race([overtaken, wait(parts.clock, longestHoldMs, parts.signal)]);
  }

  function release(trigger: string): void {
    const waiting = held.get(trigger) ?? [];
    held.delete(trigger);
    for (const resolve of waiting) resolve();
  }

  return async (delivery) => {
    const { trigger } = delivery;
    const stake = { trigger, ...identityOf(delivery.event) };
    if (chaos.dropDelivery?.(stake) === true) return 'taken';
    const delayMs = chaos.delayDelivery?.(stake) ?? 0;
    if (delayMs > 0) await wait(parts.clock, delayMs, parts.signal);
    if (chaos.reorderDelivery?.(stake) === true) {
      await hold(trigger);
      return deliver(parts, delivery);
    }
    const isDoubled = chaos.duplicateDelivery?.(stake) === true;
    const [outcome] = await Promise.all([deliver(parts, delivery), isDoubled ? deliver(parts, delivery) : undefined]);
    release(trigger);
    return outcome;
  };
}
