/** Compares our reader of kustomizations with kubectl's, on the installation. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findServerBinaries } from '../servers/find-server-binaries.ts';
import { at, deployDir, listAt, readInstallation } from './installation.ts';

const binaries = findServerBinaries();
const kubectl = 'missing' in binaries ? undefined : binaries.kubectl;
if (kubectl === undefined) {
  console.warn('\n!!! the kustomizations are NOT built with kubectl: there is none. Run `npm run servers`.\n');
}

function build(directory: string): unknown[] {
  const yaml = execFileSync(kubectl ?? '', ['kustomize', directory], { encoding: 'utf8', stdio: 'pipe' });
  return parseAllDocuments(yaml).map((document): unknown => document.toJS());
}

function identityOf(one: unknown): string {
  return [at(one, 'apiVersion'), at(one, 'kind'), at(one, 'metadata', 'namespace'), at(one, 'metadata', 'name')].join(
    ' ',
  );
}

function byIdentity(objects: readonly unknown[]): Map<string, unknown> {
  return new Map(objects.map((one) => [identityOf(one), one]));
}

describe.skipIf(kubectl === undefined)('kubectl kustomize', () => {
  it('makes the same objects of the installation as our reader', () => {
    const ours = readInstallation();
    expect(byIdentity(build(deployDir))).toEqual(byIdentity(ours));
    expect(byIdentity(ours).size).toBe(ours.length);
  });

  it('changes nothing but the Broker, its Triggers and its address in the overlay for Kafka', () => {
    const base = byIdentity(build(deployDir));
    const changed = [...byIdentity(build(join(deployDir, 'knative/overlays/kafka')))].filter(
      ([key, one]) => JSON.stringify(one) !== JSON.stringify(base.get(key)),
    );
    expect(
      changed.map(([, one]) => `${String(at(one, 'kind'))} ${String(at(one, 'metadata', 'name'))}`).sort(),
    ).toEqual([
      'Broker default',
      'ConfigMap soteria-config',
      'Trigger backup-due',
      'Trigger backup-requested',
      'Trigger backup-wakeups',
      'Trigger notify',
      'Trigger notify-facts',
      'Trigger policy-changed',
      'Trigger policy-tick-due',
      'Trigger policy-tick-wakeups',
      'Trigger restore-due',
      'Trigger restore-requested',
      'Trigger restore-wakeups',
      'Trigger sweep',
      'Trigger tick',
      'Trigger usage-due',
      'Trigger usage-requested',
      'Trigger usage-schedule',
      'Trigger usage-wakeups',
    ]);
    for (const [key, one] of changed.filter(([, one]) => at(one, 'kind') === 'Trigger')) {
      expect(at(one, 'spec')).toEqual(at(base.get(key), 'spec'));
      expect(at(one, 'metadata', 'annotations')).toEqual({ 'kafka.eventing.knative.dev/delivery.order': 'ordered' });
    }
    const broker = changed.find(([, one]) => at(one, 'kind') === 'Broker')?.[1];
    expect(at(broker, 'metadata', 'annotations')).toEqual({ 'eventing.knative.dev/broker.class': 'Kafka' });
  });

  it('does not install the example of the Secrets', () => {
    const secrets = readInstallation().filter(({ kind }) => kind === 'Secret');
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual(['soteria-policies']);
  });

  it('leaves no right to change anything in the overlay to observe, no Secret, and nothing that wakes a function', () => {
    const objects = build(join(deployDir, 'knative/overlays/observe'));
    const roles = objects.filter((one) => at(one, 'kind') === 'Role' || at(one, 'kind') === 'ClusterRole');
    const inBase = build(deployDir).filter((one) => at(one, 'kind') === 'Role' || at(one, 'kind') === 'ClusterRole');
    expect(roles).toHaveLength(inBase.length);
    const granted = roles.flatMap((role) =>
      listAt(role, 'rules').flatMap((rule) =>
        listAt(rule, 'resources').flatMap((resource) =>
          listAt(rule, 'verbs').map((verb) => `${String(verb)} ${String(resource)}`),
        ),
      ),
    );
    const changing = granted.filter((right) => !/^(get|list|watch) /.test(right));
    expect([...new Set(changing)].toSorted()).toEqual(['create subjectaccessreviews', 'create tokenreviews']);
    expect(granted.filter((right) => right.endsWith(' secrets'))).toEqual([]);
    expect(granted).toContain('list persistentvolumeclaims');
    expect(objects.filter((one) => String(at(one, 'kind')).endsWith('Source'))).toEqual([]);
  });
});
