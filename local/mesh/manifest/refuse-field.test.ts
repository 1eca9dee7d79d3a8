import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { brokerSpec, triggerSpec } from './eventing-schemas.ts';
import { readManifest } from './refuse-field.ts';
import { listIgnoredFields, serviceSpec } from './service-schema.ts';
import { apiServerSourceSpec, pingSourceSpec } from './source-schemas.ts';

function read(schema: z.ZodType, spec: unknown) {
  const metadata = { name: 'x', namespace: 'soteria', uid: '', resourceVersion: '1', creationTimestamp: '' };
  return readManifest(schema, { apiVersion: 'v1', kind: 'Thing', metadata, spec });
}

function service(container: object, pod: object = {}): object {
  return { template: { spec: { ...pod, containers: [container] } } };
}

const sink = { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default' } };
const subscriber = { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'backup' } };
const ping = { schedule: '* * * * *', sink };
const watch = { resources: [{ apiVersion: 'batch/v1', kind: 'Job' }], sink };

const refused: readonly (readonly [string, z.ZodType, unknown, string])[] = [
  ['a filter in CESQL', triggerSpec, { broker: 'd', subscriber, filters: [{ cesql: 'TRUE' }] }, 'spec.filters.0.cesql'],
  [
    'two dialects in one filter',
    triggerSpec,
    { broker: 'd', subscriber, filters: [{ exact: { a: '1' }, prefix: { a: '1' } }] },
    'spec.filters.0.prefix',
  ],
  [
    'an attribute name that no event can have',
    triggerSpec,
    { broker: 'd', subscriber, filters: [{ exact: { 'A-b': '1' } }] },
    'spec.filters.0.exact.A-b',
  ],
  [
    'Retry-After',
    triggerSpec,
    { broker: 'd', subscriber, delivery: { retryAfterMax: 'PT1S' } },
    'spec.delivery.retryAfterMax',
  ],
  ['a malformed duration', brokerSpec, { delivery: { backoffDelay: '2s' } }, 'spec.delivery.backoffDelay'],
  ['a timeout of zero', brokerSpec, { delivery: { timeout: 'PT0S' } }, 'spec.delivery.timeout'],
  [
    'an audience',
    triggerSpec,
    { broker: 'd', subscriber: { ...subscriber, audience: 'a' } },
    'spec.subscriber.audience',
  ],
  [
    'a subscriber of another kind',
    triggerSpec,
    { broker: 'd', subscriber: { ref: { ...subscriber.ref, kind: 'JobSink' } } },
    'spec.subscriber.ref.kind',
  ],
  ['a reference to a broker elsewhere', triggerSpec, { broker: 'd', brokerRef: {}, subscriber }, 'spec.brokerRef'],
  ['a schedule by interval', pingSourceSpec, { ...ping, schedule: '@every 5m' }, 'spec.schedule'],
  ['an unknown time zone', pingSourceSpec, { ...ping, timezone: 'Mars/Olympus' }, 'spec.schedule'],
  [
    'JSON data that is not an object',
    pingSourceSpec,
    { ...ping, contentType: 'application/json', data: '[]' },
    'spec.data',
  ],
  ['whole objects as event data', apiServerSourceSpec, { ...watch, mode: 'Resource' }, 'spec.mode'],
  ['an owner', apiServerSourceSpec, { ...watch, owner: {} }, 'spec.owner'],
  [
    'namespaces by label',
    apiServerSourceSpec,
    { ...watch, namespaceSelector: { matchLabels: { a: 'b' } } },
    'spec.namespaceSelector.matchLabels',
  ],
  ['a command of its own', serviceSpec, service({ command: ['node'] }), 'spec.template.spec.containers.0.command'],
  [
    'a mounted Secret',
    serviceSpec,
    service({}, { volumes: [{ name: 'a', secret: { secretName: 's' } }] }),
    'spec.template.spec.volumes.0.secret',
  ],
  ['a startup probe', serviceSpec, service({ startupProbe: {} }), 'spec.template.spec.containers.0.startupProbe'],
  [
    'HTTP/2',
    serviceSpec,
    service({ ports: [{ name: 'h2c', containerPort: 8080 }] }),
    'spec.template.spec.containers.0.ports.0.name',
  ],
  [
    'a timeout beyond Knative’s',
    serviceSpec,
    service({}, { timeoutSeconds: 900 }),
    'spec.template.spec.timeoutSeconds',
  ],
  [
    'a field reference',
    serviceSpec,
    service({ env: [{ name: 'A', valueFrom: { fieldRef: {} } }] }),
    'spec.template.spec.containers.0.env.0.valueFrom',
  ],
  ['traffic splitting', serviceSpec, { ...service({}), traffic: [] }, 'spec.traffic'],
];

describe('a manifest', () => {
  it.each(refused)('with %s is refused by object and field', (_title, schema, spec, field) => {
    expect(() => read(schema, spec)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        explanation: expect.objectContaining({
          what: expect.stringContaining('Thing soteria/x'),
          why: expect.stringContaining(field),
        }),
      }),
    );
  });

  it.each([
    [
      'a Trigger',
      triggerSpec,
      {
        broker: 'd',
        subscriber,
        filters: [{ all: [{ not: { exact: { type: 'a' } } }] }],
        delivery: {
          retry: 5,
          backoffPolicy: 'exponential',
          backoffDelay: 'PT2S',
          timeout: 'PT2M',
          deadLetterSink: { ...subscriber, uri: '/dead-letters' },
        },
      },
    ],
    ['a Broker', brokerSpec, { config: { apiVersion: 'v1', kind: 'ConfigMap', name: 'c' } }],
    [
      'a PingSource',
      pingSourceSpec,
      { ...ping, timezone: 'Europe/Stockholm', contentType: 'application/json', data: '{}' },
    ],
    [
      'an ApiServerSource',
      apiServerSourceSpec,
      { ...watch, serviceAccountName: 'w', mode: 'Reference', namespaceSelector: {} },
    ],
  ])('of %s as the product ships it is read', (_title, schema, spec) => {
    expect(read(schema, spec)).toMatchObject({ name: 'x', namespace: 'soteria' });
  });

  it('names the fields of a Service that have no effect here', () => {
    const spec = service(
      { image: 'i', resources: {}, securityContext: {}, readinessProbe: {}, volumeMounts: [] },
      { serviceAccountName: 'b', volumes: [{ name: 'tmp', emptyDir: {} }], timeoutSeconds: 300 },
    );
    expect(listIgnoredFields(serviceSpec.parse(spec))).toEqual([
      'volumes',
      'serviceAccountName',
      'image',
      'readinessProbe',
      'resources',
      'securityContext',
      'volumeMounts',
    ]);
  });
});
