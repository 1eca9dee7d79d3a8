/** The simulated broker: it loses, doubles, delays and reorders as told, retries as the Triggers say, and sleeps never. */
import type { ReceivedEvent } from '@soteria/shared/function/contract.ts';
import type { OutgoingEvent } from '@soteria/shared/events/outgoing.ts';
import type { Dice } from './dice.ts';

export interface Message {
  readonly to: 'backup' | 'policy-tick';
  readonly event: ReceivedEvent;
  readonly tries: number;
}

export interface MeshWeather {
  losesPercent: number;
  doublesPercent: number;
}

export interface Mesh {
  readonly weather: MeshWeather;
  readonly pending: number;
  send(to: Message['to'], event: ReceivedEvent): void;
  /** Again, unless it was tried often enough. */
  redeliver(message: Message): void;
  /** Any of those that wait: delays and reorderings are all orders in which they can be taken. */
  take(): Message | undefined;
}

/** Tries after the first, as in every Trigger's delivery. */
const retries = 5;

export function createMesh(dice: Dice): Mesh {
  const queue: Message[] = [];
  const weather: MeshWeather = { losesPercent: 0, doublesPercent: 0 };
  return {
    weather,
    get pending() {
      return queue.length;
    },
    send(to, event) {
      if (dice.isHit(weather.losesPercent)) return;
      queue.push({ to, event, tries: 0 });
      if (dice.isHit(weather.doublesPercent)) queue.push({ to, event, tries: 0 });
    },
    redeliver(message) {
      if (message.tries < retries) queue.push({ ...message, tries: message.tries + 1 });
    },
    take() {
      const [message] = queue.splice(dice.below(queue.length), 1);
      return message;
    },
  };
}

/** As the receiving function's door would hand it on. */
export function received(event: OutgoingEvent, source: string, now: Date): ReceivedEvent {
  return {
    id: event.id,
    source,
    type: event.type,
    subject: event.subject,
    time: event.time ?? now,
    data: event.data,
    extensions: { ...event.extensions },
  };
}
