/** The rules for every function's manifest, including future functions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { backupVariables } from '../../functions/backup/config.ts';
import { consoleVariables } from '@soteria/console/config.ts';
import { policyTickVariables } from '@soteria/policy-tick/config.ts';
import { restoreVariables } from '../../functions/restore/config.ts';
import { usageVariables } from '../../functions/b2-usage/config.ts';
import { listingJob } from '../../functions/b2-usage/listing-job/listing-job.ts';
import { parsePriceCards } from '../../functions/b2-usage/report/price-card.ts';
import { serviceSpec } from '../../local/mesh/manifest/service-schema.ts';
import { at, deployDir, listAt, ofKind, readInstallation, titleOf } from './installation.ts';

const objects = readInstallation();
const services = ofKind(objects, 'Service', 'serving.knative.dev').map((one) => [one.metadata.name, one] as const);
const template = ['spec', 'template', 'spec'] as const;

describe.each(services)('the function %s', (name, service) => {
  const container = listAt(service, ...template, 'containers')[0];

  it('is for the cluster only, and sleeps at zero pods', () => {
    expect(service.metadata.labels).toMatchObject({ 'networking.knative.dev/visibility': 'cluster-local' });
    expect(at(service, 'spec', 'template', 'metadata', 'annotations', 'autoscaling.knative.dev/min-scale')).toBe('0');
  });

  it('gives a request time for a cold start, and itself a bound', () => {
    const limits = at(service, ...template);
    const timeoutSeconds = Number(at(limits, 'timeoutSeconds'));
    expect(timeoutSeconds).toBeGreaterThanOrEqual(60);
    expect(at(limits, 'responseStartTimeoutSeconds')).toBe(timeoutSeconds);
    // Only where each viewer keeps a stream open is there no bound.
    if (name === 'console') expect(at(limits, 'containerConcurrency')).toBe(0);
    else expect(Number(at(limits, 'containerConcurrency'))).toBeGreaterThan(0);
  });

  it('starts as fast as it can', () => {
    expect(at(container, 'readinessProbe')).toEqual({ httpGet: { path: '/readyz', port: 8080 } });
    expect(at(container, 'startupProbe')).toBeUndefined();
    expect(at(container, 'resources', 'limits', 'cpu')).toBeUndefined();
  });

  it('runs with no more than it needs, with its own account', () => {
    expect(at(container, 'securityContext')).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(at(service, ...template, 'serviceAccountName')).toBe(name);
    expect(ofKind(objects, 'ServiceAccount').map(({ metadata }) => metadata.name)).toContain(name);
  });

  it('is chosen by its argument, of the one image', () => {
    expect(at(container, 'args')).toEqual([`${name}.cjs`]);
    expect(at(container, 'image')).toMatch(/^ghcr\.io\/soteria-dev\/soteria[:@]/);
  });

  it('is one that the local mesh runs too', () => {
    expect(serviceSpec.safeParse(service['spec']).error).toBeUndefined();
  });
});

describe('the rights', () => {
  const roles = objects.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role');

  it.each(roles.map((role) => [titleOf(role), role] as const))(
    'of %s hold no wildcard, and only Secrets with policies and channels',
    (_title, role) => {
      const granted = listAt(role, 'rules').flatMap((rule) =>
        ['apiGroups', 'resources', 'verbs'].flatMap((field) => listAt(rule, field)),
      );
      expect(granted).not.toContain('*');
      const mayRead = ['Role soteria/soteria-policy-tick', 'Role soteria/soteria-notify'];
      if (!mayRead.includes(titleOf(role))) expect(granted).not.toContain('secrets');
    },
  );

  it('of notify reach the Secret with the channels by its name, and no other Secret', () => {
    const role = roles.find((one) => titleOf(one) === 'Role soteria/soteria-notify');
    const ofSecrets = listAt(role, 'rules').filter((rule) => listAt(rule, 'resources').includes('secrets'));
    expect(ofSecrets).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['soteria-notify'], verbs: ['get'] },
    ]);
  });

  it('of policy-tick reach the Secrets with policies by their names, and no other Secret', () => {
    const role = roles.find((one) => titleOf(one) === 'Role soteria/soteria-policy-tick');
    const rules = role === undefined ? [] : listAt(role, 'rules');
    const onSecrets = rules.filter((rule) => listAt(rule, 'resources').includes('secrets'));
    expect(onSecrets.length).toBeGreaterThan(0);
    for (const rule of onSecrets) {
      const verbs = new Set(listAt(rule, 'verbs').map(String));
      const names = listAt(rule, 'resourceNames').map(String);
      expect(names.length).toBeGreaterThan(0);
      expect(names.every((name) => ['soteria-policies', 'soteria-policies-git'].includes(name))).toBe(true);
      expect(['list', 'create'].filter((verb) => verbs.has(verb))).toEqual([]);
    }
  });
});

describe('the Job that lists', () => {
  const job = listingJob({ namespace: 'soteria', measurement: 'm', name: 'soteria-usage-x-1', image: 'ours' });
  const [container] = job.spec?.template.spec?.containers ?? [];
  const service = services.find(([name]) => name === 'b2-usage')?.[1];

  it('has the memory settings of the function, whose program it runs', () => {
    expect(container?.env).toEqual(at(listAt(service, ...template, 'containers')[0], 'env'));
  });

  it('runs as an account that is installed', () => {
    const accounts = ofKind(objects, 'ServiceAccount').map(({ metadata }) => metadata.name);
    expect(accounts).toContain(job.spec?.template.spec?.serviceAccountName);
  });
});

describe('the admission policy of Operations', () => {
  const policy = ofKind(objects, 'ValidatingAdmissionPolicy').find(
    ({ metadata }) => metadata.name === 'operations.soteria.dev',
  );

  it('accepts only the functions’ accounts as Soteria’s own', () => {
    const isOwn = listAt(policy, 'spec', 'variables').find((one) => at(one, 'name') === 'isOwn');
    const accounts = String(at(isOwn, 'expression')).match(/'[^']+'/g) ?? [];
    expect(accounts.sort()).toEqual(services.map(([name]) => `'system:serviceaccount:soteria:${name}'`).sort());
  });

  it('judges Operations and nothing else', () => {
    const rules = listAt(policy, 'spec', 'matchConstraints', 'resourceRules');
    expect(rules.map((rule) => [at(rule, 'apiGroups'), at(rule, 'resources')])).toEqual([
      [['soteria.dev'], ['operations']],
    ]);
  });
});

describe('the settings', () => {
  it('are variables that the functions know, with values that they accept', () => {
    const config = ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === 'soteria-config');
    const data = at(config, 'data');
    const known = backupVariables.extend(restoreVariables.shape).strict();
    expect(known.safeParse(data).error).toBeUndefined();
    expect(at(data, 'K_SINK')).toMatch(/\/soteria\/default$/);
  });

  it('bring one Secret, for policies, without data: applied again it empties nothing', () => {
    const [secret, ...others] = ofKind(objects, 'Secret');
    expect(others).toEqual([]);
    expect(Object.keys(secret ?? {}).toSorted()).toEqual(['apiVersion', 'kind', 'metadata', 'type']);
    expect(secret?.metadata.name).toBe('soteria-policies');
  });

  it('have an example of the Secrets that the functions read, which is not installed', () => {
    const text = readFileSync(join(deployDir, 'secret-example.yaml'), 'utf8');
    const examples = parseAllDocuments(text).map((document): unknown => document.toJS());
    expect(examples.map((one) => at(one, 'metadata', 'name'))).toEqual([
      'soteria-signing',
      'soteria-restic',
      'soteria-b2',
      'soteria-notify',
      'soteria-heartbeat',
      'soteria-console',
    ]);
    expect(consoleVariables.shape).toHaveProperty(Object.keys(at(examples[5], 'stringData') ?? {}));
    expect(policyTickVariables.shape).toHaveProperty(Object.keys(at(examples[4], 'stringData') ?? {}));
    expect(backupVariables.shape).toHaveProperty(Object.keys(at(examples[0], 'stringData') ?? {}));
    expect(usageVariables.strict().safeParse(at(examples[2], 'stringData')).error).toBeUndefined();
  });

  it('have price cards that the function reads, one for each API', () => {
    const cards = ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === 'soteria-price-cards');
    const data = at(cards, 'data', 'SOTERIA_B2_PRICE_CARDS');
    expect(parsePriceCards(String(data))?.map(({ name }) => name)).toEqual(['b2', 's3']);
  });
});
