/** Which events the installation's Triggers send to which function, and that no event runs in a circle. */
import { describe, expect, it } from 'vitest';
import { brokerSpec, triggerSpec } from '../../local/mesh/manifest/eventing-schemas.ts';
import { matchesTrigger } from '../../local/mesh/event/match-filters.ts';
import { apiServerSourceSpec, pingSourceSpec } from '../../local/mesh/manifest/source-schemas.ts';
import { eventCatalogue } from '@soteria/shared/events/catalogue.ts';
import { at, ofKind, readInstallation, titleOf } from './installation.ts';

const objects = readInstallation();
const triggers = ofKind(objects, 'Trigger').map((one) => ({
  name: one.metadata.name,
  spec: triggerSpec.parse(one['spec']),
}));
const functions = ofKind(objects, 'Service', 'serving.knative.dev').map(({ metadata }) => metadata.name);
const source = '/apis/v1/namespaces/soteria/pingsources';
const ref = (verb: string, kind: string, name: string) => ({ type: `dev.knative.apiserver.ref.${verb}`, kind, name });

function triggersOf(attributes: Readonly<Record<string, string>>): string[] {
  const event = { attributes: { specversion: '1.0', id: '1', source: '/test', ...attributes }, data: undefined };
  return triggers.filter(({ spec }) => matchesTrigger(spec, event)).map(({ name }) => name);
}

describe('the Triggers', () => {
  it.each([
    [{ type: 'dev.soteria.backup.requested.v1' }, ['backup-requested']],
    [{ type: 'dev.soteria.operation.due.v1', operationkind: 'backup' }, ['backup-due']],
    [{ type: 'dev.soteria.operation.due.v1', operationkind: 'prune' }, ['policy-tick-due']],
    [{ type: 'dev.soteria.operation.due.v1', operationkind: 'mirror' }, []],
    [{ type: 'dev.soteria.leftovers.due.v1', function: 'backup' }, ['backup-due']],
    [{ type: 'dev.soteria.leftovers.due.v1', function: 'restore' }, ['restore-due']],
    [{ type: 'dev.soteria.restore.requested.v1' }, ['restore-requested']],
    [{ type: 'dev.soteria.operation.due.v1', operationkind: 'restore' }, ['restore-due']],
    [{ type: 'dev.soteria.operation.due.v1', operationkind: 'restoretest' }, ['restore-due']],
    [ref('update', 'Volume', 'soteria-restore-data-ab12cd'), ['restore-wakeups']],
    [ref('delete', 'Volume', 'soteria-restore-data-ab12cd'), ['restore-wakeups']],
    [ref('update', 'Operation', 'soteria-restore-data-x7k2p'), []],
    [ref('add', 'Operation', 'soteria-restoretest-data-x7k2p'), ['restore-wakeups']],
    [{ type: 'dev.soteria.selftest.requested.v1' }, ['restore-requested']],
    [{ type: 'dev.soteria.operation.due.v1', operationkind: 'selftest' }, ['restore-due']],
    [ref('add', 'Operation', 'soteria-selftest-longhorn-x7k2p'), ['restore-wakeups']],
    [ref('update', 'Operation', 'soteria-selftest-longhorn-x7k2p'), []],
    [ref('update', 'Job', 'soteria-selftest-write-0123456789ab'), ['restore-wakeups']],
    [ref('add', 'Operation', 'soteria-backup-data-x7k2p'), ['backup-wakeups']],
    [ref('update', 'Operation', 'soteria-backup-data-x7k2p'), []],
    [ref('add', 'Operation', 'soteria-restore-data-x7k2p'), ['restore-wakeups']],
    [ref('update', 'Snapshot', 'soteria-backup-shop-data-20260131-013001-ab12cd'), ['backup-wakeups']],
    [ref('update', 'Backup', 'soteria-backup-shop-data-20260131-013001-ab12cd'), ['backup-wakeups']],
    [ref('delete', 'Backup', 'soteria-backup-shop-data-20260131-013001-ab12cd'), ['backup-wakeups']],
    [ref('update', 'Backup', 'backup-0123456789abcdef'), []],
    [ref('update', 'Volume', 'soteria-backup-like'), []],
    [{ type: 'dev.knative.sources.ping', source: `${source}/sweep` }, ['sweep']],
    [{ type: 'dev.knative.sources.ping', source: `${source}/sweep-busy` }, ['sweep']],
    [{ type: 'dev.knative.sources.ping', source: `${source}/nightly` }, []],
    [{ type: 'dev.knative.sources.ping', source: `${source}/b2-usage` }, ['usage-schedule']],
    [{ type: 'dev.knative.sources.ping', source: `${source}/notify` }, ['notify']],
    [{ type: 'dev.knative.sources.ping', source: `${source}/notify-open` }, ['notify']],
    [{ type: 'dev.soteria.usage.requested.v1' }, ['usage-requested']],
    [{ type: 'dev.soteria.usage.due.v1' }, ['usage-due']],
    [ref('update', 'Job', 'soteria-usage-0123456789ab-1'), ['usage-wakeups']],
    [ref('delete', 'Job', 'soteria-usage-0123456789ab-1'), ['usage-wakeups']],
    [{ type: 'dev.knative.sources.ping', source: '/apis/v1/namespaces/shop/pingsources/sweep' }, []],
  ])('bring %j to %j', (attributes, expected) => {
    expect(triggersOf(attributes)).toEqual(expected);
  });

  it('send no fact to its sender except that a policy has changed, and to notify what is not as it was promised', () => {
    const facts = Object.entries(eventCatalogue).filter(([, { role }]) => role === 'fact');
    expect(facts.length).toBeGreaterThan(0);
    const brought = Map.groupBy(facts, ([type]) => triggersOf({ type }).join());
    const typesFor = (trigger: string) => brought.get(trigger)?.map(([type]) => type.split('.').slice(2, 4).join('.'));
    // A changed policy counts at once: policy-tick reads the policies anew, and changes none.
    expect(typesFor('policy-changed')).toEqual(['policy.changed']);
    expect(typesFor('notify-facts')?.toSorted()).toEqual([
      'backup.failed',
      'expectation.missed',
      'expectation.recovered',
      'prune.failed',
      'prune.skipped',
      'restore.failed',
      'restoretest.inconclusive',
      'restoretest.refuted',
      'selftest.failed',
    ]);
    expect([...brought.keys()].toSorted()).toEqual(['', 'notify-facts', 'policy-changed']);
  });

  it.each(triggers)('$name has its whole delivery, and names installed objects', ({ spec }) => {
    expect(spec).toMatchObject({ broker: 'default', subscriber: { ref: { kind: 'Service' } } });
    expect(functions).toContain(spec.subscriber.ref?.name);
    // Milliseconds, as the schema reads them.
    expect(spec.delivery).toEqual({
      retry: 5,
      backoffPolicy: 'exponential',
      backoffDelay: 2_000,
      timeout: 60_000,
      deadLetterSink: {
        ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'policy-tick' },
        uri: '/dead-letters',
      },
    });
    expect(functions).toContain('policy-tick');
  });

  it('hold the values that Knative’s webhook would fill in, so that they work when it is away', () => {
    const [broker] = ofKind(objects, 'Broker');
    expect(at(broker?.['spec'], 'config')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'config-br-default-channel',
      namespace: 'knative-eventing',
    });
    for (const one of ofKind(objects, 'Trigger')) {
      expect(one.metadata.labels?.['eventing.knative.dev/broker'], titleOf(one)).toBe(at(one['spec'], 'broker'));
    }
  });

  it('come after the objects they need when applied in the order of the files', () => {
    const place = (kind: string, name?: unknown): number =>
      objects.findIndex((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
    for (const [index, one] of objects.entries()) {
      const account =
        at(one['spec'], 'template', 'spec', 'serviceAccountName') ?? at(one['spec'], 'serviceAccountName');
      if (account !== undefined) expect(place('ServiceAccount', account), titleOf(one)).toBeLessThan(index);
      if (one.kind === 'Trigger' || one.kind.endsWith('Source'))
        expect(place('Broker'), titleOf(one)).toBeLessThan(index);
    }
  });

  it('name no event that the catalogue does not know', () => {
    const types = JSON.stringify(triggers.map(({ spec }) => spec.filters)).match(/"type":"[^"]+"/g) ?? [];
    const known = Object.keys(eventCatalogue);
    const unknown = types.map((one) => one.slice(8, -1)).filter((type) => !known.some((one) => one.startsWith(type)));
    expect(types.length).toBeGreaterThan(3);
    expect(unknown).toEqual([]);
  });
});

describe('the sources', () => {
  it.each([
    ['ApiServerSource', apiServerSourceSpec],
    ['PingSource', pingSourceSpec],
  ])('of kind %s send to the Broker that is installed', (kind, schema) => {
    const [broker] = ofKind(objects, 'Broker');
    expect(() => brokerSpec.parse(broker?.['spec'])).not.toThrow();
    const sources = ofKind(objects, kind);
    expect(sources.length).toBeGreaterThan(0);
    for (const one of sources) {
      expect(at(schema.parse(one['spec']), 'sink', 'ref', 'name'), titleOf(one)).toBe(broker?.metadata.name);
      expect(one.metadata.namespace).toBe(broker?.metadata.namespace);
    }
  });
});
