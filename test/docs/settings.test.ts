/** Every variable that a function reads is documented with its default, and no other variable is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usageVariables } from '@soteria/b2-usage/config.ts';
import { backupVariables } from '@soteria/backup/config.ts';
import { consoleVariables } from '@soteria/console/config.ts';
import { policyTickVariables } from '@soteria/policy-tick/config.ts';
import { restoreVariables } from '@soteria/restore/config.ts';
import { functionVariables } from '@soteria/shared/config/function-settings.ts';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';

const docs = fileURLToPath(new URL('../../docs', import.meta.url));

/** Variable → its documented default; a variable without a default has a dash or words. */
function documentedIn(file: string): Map<string, string | undefined> {
  const rows = readFileSync(join(docs, file), 'utf8').matchAll(/^\| (`[A-Z].*?) \| (.*?) \|/gm);
  return new Map(
    [...rows].flatMap(([, names = '', defaults = '']) =>
      [...names.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = '']) => [name, /^`([^`]*)`/.exec(defaults)?.[1]]),
    ),
  );
}

/** Only Kubernetes sets these. */
const ofKubernetes = new Set(['PORT', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT']);

function defaultsOf(schema: z.ZodObject): [string, string | undefined][] {
  return Object.entries(schema.shape)
    .filter(([name]) => !ofKubernetes.has(name))
    .map(([name, variable]) => {
      const value = (variable as z.ZodType<string | number | boolean | undefined>).parse(undefined);
      return [name, value?.toString()];
    });
}

const described = new Map([...documentedIn('settings.md'), ...documentedIn('b2-usage.md')]);
const read = new Map(
  [functionVariables, backupVariables, restoreVariables, policyTickVariables, usageVariables, consoleVariables].flatMap(
    (one) => defaultsOf(one),
  ),
);

describe('the settings', () => {
  it('are documented completely, and no other variable is', () => {
    expect([...described.keys()].toSorted()).toEqual([...read.keys()].toSorted());
  });

  it.each([...read].filter(([, value]) => value !== undefined))('say of %s that its default is %s', (name, value) => {
    expect(described.get(name)).toBe(value);
  });
});
