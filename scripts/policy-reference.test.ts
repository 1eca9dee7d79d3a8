import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolvePolicy } from '@soteria/policy-tick/policy/resolve-policy.ts';
import { readPolicyText } from '@soteria/policy-tick/policy/read-policy-text.ts';
import { previewSchedule } from '@soteria/policy-tick/preview/preview-schedule.ts';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exampleValues, hasMembers, policyFields, workedExamples } from './policy-reference.ts';

const root = join(import.meta.dirname, '..');

describe('a field of the policy reference', () => {
  it('has a meaning or members that have one, and an example of its own', () => {
    const rows = policyFields();
    expect(rows.filter(({ field }) => field.description === undefined).map(({ name }) => name)).toEqual([]);
    const leaves = rows.filter((row) => !hasMembers(row)).map(({ name }) => name);
    expect(Object.keys(exampleValues).toSorted()).toEqual(leaves.toSorted());
  });

  it.each(Object.entries(exampleValues).filter(([name]) => !name.includes('.') && name !== 'id'))(
    '%s: the schema accepts its example',
    (name, text) => {
      const { schedule, ...rest } = { id: 'a', schedule: '0 2 * * *', [name]: parse(text) };
      const policy = name === 'preset' ? rest : { schedule, ...rest };
      const isOfRepository = name === 'repository' ? { driver: 'restic' } : {};
      expect(policySchema.safeParse({ ...policy, ...isOfRepository }).error?.issues ?? []).toEqual([]);
    },
  );
});

it('the schema accepts the examples of the members of window, retention and verify', () => {
  const policy: Record<string, unknown> = { id: 'a', schedule: '0 2 * * *' };
  for (const [name, text] of Object.entries(exampleValues)) {
    // It excludes the other fields of the retention.
    if (!/^(?:window|retention|verify)\./.test(name) || name === 'retention.latestOnly') continue;
    const members = name.split('.');
    let at: Record<string, unknown> = policy;
    for (const member of members.slice(0, -1)) at = (at[member] ??= {}) as Record<string, unknown>;
    at[members.at(-1) ?? ''] = parse(text);
  }
  expect(policySchema.safeParse(policy).error?.issues ?? []).toEqual([]);
});

describe('a worked example', () => {
  it.each(workedExamples)('$path is a valid policy that has runs and keeps something', async ({ path }) => {
    const manifest = parse(readFileSync(join(root, path), 'utf8'));
    expect(manifest).toMatchObject({
      kind: 'ConfigMap',
      metadata: { namespace: 'soteria', labels: { 'soteria.dev/policies': 'true' } },
    });
    for (const text of Object.values<string>(manifest.data)) {
      const [read] = await readPolicyText(text);
      expect(read?.faults).toBeUndefined();
      if (read?.policy === undefined) throw new Error('the text holds no policy');
      const policy = resolvePolicy(read.policy);
      const preview = previewSchedule(policy, new Date('2026-03-27T12:00:00Z'));
      expect(preview.runs).toHaveLength(10);
      expect(preview.warnings.filter((one) => !one.includes('no verify'))).toEqual([]);
      expect(policy.retention).toBeDefined();
    }
  });
});
