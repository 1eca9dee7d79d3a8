/** The AsyncAPI document: every event of ours on the one Broker, what it means, and whether Soteria listens to it or sends it. */
import type { EventDefinition } from '@soteria/shared/operation/kinds/kind.ts';
import * as z from 'zod';

type NamedEvent = readonly [type: string, definition: EventDefinition];

const channel = 'broker';

/** In binary mode, as the Broker delivers it; structured mode has the same attributes in the body. */
function headersOf(type: string) {
  const text = { type: 'string', minLength: 1 };
  return {
    type: 'object',
    required: ['ce-specversion', 'ce-type', 'ce-source', 'ce-id'],
    properties: {
      'ce-specversion': { const: '1.0' },
      'ce-type': { const: type },
      'ce-source': { ...text, description: 'Who sends it; with ce-id it makes a repeat of a request known.' },
      'ce-id': text,
      'ce-time': {
        type: 'string',
        format: 'date-time',
        description: 'A request older than an hour, or more than five minutes ahead, is refused as expired.',
      },
      'ce-subject': { type: 'string', description: '<namespace>/<claim>' },
      'ce-correlationid': { type: 'string', description: 'The operation that all of this began with.' },
      'ce-causationid': { type: 'string', description: 'The event that led here.' },
      'ce-partitionkey': { type: 'string', description: 'The subject: what an ordered Broker orders by.' },
      traceparent: { type: 'string' },
    },
  };
}

function messageOf([type, { meaning, role, unsigned, data }]: NamedEvent) {
  const { $schema: _dialect, ...payload } = z.toJSONSchema(data, { io: 'input', reused: 'inline', target: 'draft-7' });
  return {
    name: type,
    title: type,
    summary: meaning,
    contentType: 'application/json',
    tags: [{ name: role }],
    'x-unsigned': unsigned,
    headers: headersOf(type),
    payload,
  };
}

function operationOf(action: 'receive' | 'send', summary: string, events: readonly NamedEvent[]) {
  const messages = events.map(([type]) => ({ $ref: `#/channels/${channel}/messages/${type}` }));
  return { action, summary, channel: { $ref: `#/channels/${channel}` }, messages };
}

export function asyncApi(events: readonly NamedEvent[], version: string) {
  const ofRole = (role: EventDefinition['role']) => events.filter(([, definition]) => definition.role === role);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Soteria',
      version,
      description: 'Events ask Soteria for backups and restores, and tell what became of them.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      broker: {
        host: 'broker-ingress.knative-eventing.svc.cluster.local',
        pathname: '/soteria/default',
        protocol: 'http',
        description:
          'As the in-memory Broker has it; `kubectl get broker -n soteria default` tells the address of yours.',
      },
    },
    channels: {
      [channel]: {
        address: '/soteria/default',
        description: 'The one Broker. Events may come late, twice, out of order, or not at all.',
        messages: Object.fromEntries(events.map((event) => [event[0], messageOf(event)])),
      },
    },
    operations: {
      ask: operationOf('receive', 'Asks for work.', ofRole('request')),
      wake: operationOf('receive', 'Says “look now”, and nothing more.', ofRole('wake')),
      tell: operationOf('send', 'Tells what happened.', ofRole('fact')),
    },
  };
}
