/**
 * Faults on purpose. The mesh calls each switch at that moment, so a test decides by event and by count;
 * a switch that is left out never strikes. The object may be changed while the mesh runs.
 */
import type { EventIdentity } from './activity.ts';

export interface DeliveryAtStake extends EventIdentity {
  readonly trigger: string;
}

export interface ChaosSwitches {
  /** The same event, with the same id, reaches the subscriber twice. */
  duplicateDelivery?: (delivery: DeliveryAtStake) => boolean;
  /** The event is held until the trigger's next delivery has ended, at most two seconds. */
  reorderDelivery?: (delivery: DeliveryAtStake) => boolean;
  /** The event is neither delivered nor dead-lettered: a restart of the in-memory channel causes it. */
  dropDelivery?: (delivery: DeliveryAtStake) => boolean;
  /** Milliseconds the delivery is held back, 0 for none. */
  delayDelivery?: (delivery: DeliveryAtStake) => number;
  /** The change is never sent: a restart of the source's adapter causes it. */
  dropSourceEvent?: (event: EventIdentity) => boolean;
  /** Milliseconds after which the function process is killed while it works on this request; undefined leaves it alive. */
  killDuringRequest?: (request: {
    readonly service: string;
    readonly method: string;
    readonly path: string;
  }) => number | undefined;
}
