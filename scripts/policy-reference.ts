/** `docs/policies.md`: every field of a policy from its schema, and the worked examples. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';
import * as z from 'zod';

/** From the root of the repository; the tests read and preview each of them. */
export const workedExamples = [
  { title: 'A homelab, each night', path: 'examples/policies/homelab-nightly.yaml' },
  { title: 'A company, each hour, with a weekly proof', path: 'examples/policies/company-hourly.yaml' },
  { title: 'An archive', path: 'examples/policies/archive.yaml' },
] as const;

interface Field {
  readonly type?: string | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly description?: string | undefined;
  readonly items?: Field | undefined;
  readonly properties?: Readonly<Record<string, Field>> | undefined;
  readonly required?: readonly string[] | undefined;
}

const field: z.ZodType<Field> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    description: z.string().optional(),
    items: field.optional(),
    properties: z.record(z.string(), field).optional(),
    required: z.array(z.string()).optional(),
  }),
);

/** One for each field without members of its own; a field without an example fails the generator. */
export const exampleValues: Readonly<Record<string, string>> = {
  id: 'nightly',
  'namespaceSelector.matchLabels': '{env: production}',
  'namespaceSelector.matchExpressions[].key': 'env',
  'namespaceSelector.matchExpressions[].operator': 'In',
  'namespaceSelector.matchExpressions[].values': '[production]',
  'labelSelector.matchLabels': '{tier: database}',
  'labelSelector.matchExpressions[].key': 'tier',
  'labelSelector.matchExpressions[].operator': 'Exists',
  'labelSelector.matchExpressions[].values': '[database]',
  claims: '[shop/data, records/*]',
  exclude: "['*/cache-*']",
  driver: 'longhorn',
  repository: 'offsite',
  schedule: '30 2 * * *',
  preset: "'@daily-random'",
  timeZone: 'Europe/Berlin',
  jitter: '30m',
  catchUp: 'once',
  startingDeadlineSeconds: '14400',
  suspend: 'true',
  'window.from': "'22:00'",
  'window.to': "'06:00'",
  'window.days': '[Fri, Sat]',
  'retention.keepLast': '3',
  'retention.keepHourly': '24',
  'retention.keepDaily': '7',
  'retention.keepWeekly': '4',
  'retention.keepMonthly': '12',
  'retention.keepYearly': '10',
  'retention.keepWithin': '2d',
  'retention.latestOnly': 'true',
  'retention.minAge': '12h',
  'retention.retainDeleted': '90d',
  'retention.breaker': '30',
  rpo: '26h',
  'verify.every': '7d',
  'verify.schedule': '0 4 * * SUN',
  'verify.files.minFiles': '1',
  'verify.files.minBytes': '1048576',
  'verify.files.sampleChecksums': '20',
  'verify.files.manifest': 'MANIFEST.sha256',
  'verify.files.maxDropPercent': '50',
  'verify.database': 'sqlite',
  'verify.databaseFiles': '[app.sqlite]',
  'verify.command.image': 'registry.example/check:1',
  'verify.command.argv': '[/check, --quick]',
  'verify.command.timeout': '10m',
  'verify.budget': '200Gi',
  concurrency: '4',
  mode: 'full every 12',
  onUnchanged: 'skip',
};

interface Row {
  readonly name: string;
  readonly field: Field;
  readonly isRequired: boolean;
}

function rowsOf({ properties = {}, required = [] }: Field, prefix: string): Row[] {
  return Object.entries(properties).flatMap(([member, one]) => {
    const name = `${prefix}${member}`;
    const row = { name, field: one, isRequired: required.includes(member) };
    if (one.properties !== undefined) return [row].concat(rowsOf(one, `${name}.`));
    return one.items?.properties === undefined ? [row] : [row].concat(rowsOf(one.items, `${name}[].`));
  });
}

export function policyFields(): readonly Row[] {
  return rowsOf(field.parse(z.toJSONSchema(policySchema, { io: 'input', unrepresentable: 'any' })), '');
}

export function hasMembers({ field: { properties, items } }: Row): boolean {
  return properties !== undefined || items?.properties !== undefined;
}

function typeOf({ type = 'any', enum: values, minimum, maximum, items }: Field): string {
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (type === 'array') return items?.properties === undefined ? 'list of texts' : 'list';
  if (type === 'integer' && (maximum ?? Number.MAX_SAFE_INTEGER) < Number.MAX_SAFE_INTEGER)
    return `${minimum ?? 0} to ${maximum}`;
  return { string: 'text', boolean: 'true or false', integer: 'whole number' }[type] ?? type;
}

function exampleOf(row: Row): string {
  if (hasMembers(row)) return '';
  const example = exampleValues[row.name];
  if (example === undefined) throw new Error(`scripts/policy-reference.ts has no example of the field ${row.name}`);
  return `\`${example}\``;
}

function rowText(row: Row): string {
  const meaning = (row.field.description ?? '').replaceAll('|', String.raw`\|`);
  const need = row.isRequired ? '**needed**' : '';
  return `| \`${row.name}\` | ${typeOf(row.field)} | ${need} | ${meaning} | ${exampleOf(row)} |`;
}

export function policyReference(root: string): string {
  const examples = workedExamples.map(({ title, path }) => {
    const text = readFileSync(join(root, path), 'utf8').trimEnd();
    return `### ${title}\n[${path}](../${path})\n\`\`\`yaml\n${text}\n\`\`\`\n`;
  });
  return `<!-- Generated by \`npm run generate\` from shared/policy/policy-schema.ts and examples/policies: change it there. -->
# Policies
A policy says what is protected, when, how fresh it must be, what is kept, and how it is proved. It stands in the Secret \`soteria-policies\` (what the API
writes), or in a ConfigMap of the namespace \`soteria\` with the label \`soteria.dev/policies\`, or in the Secret \`soteria-policies-git\`. The same id in both
stores: the policy of Git is used, and \`GET /v1/policies\` shows the conflict. A mistake disables its own policy alone and is shown with its line.

Before you store a policy, look at what it would do: \`POST /v1/policies/preview\` shows its next ten runs, the claims that match, what retention keeps and
deletes, and whether the schedule can be met. \`{"from": "recurring-jobs"}\` shows the policies that are equal to Longhorn's recurring jobs.

## Fields
Durations are written as \`90s\`, \`15m\`, \`26h\`, \`7d\`. A field that is left out has the default that its meaning names.

| field | type | | meaning | example |
|---|---|---|---|---|
${policyFields().map(rowText).join('\n')}

## Annotations
| on | annotation | meaning |
|---|---|---|
| a claim or a namespace | \`soteria.dev/policy: nightly,hourly\` | the policies take it, whatever their selectors say |
| a claim or a namespace | \`soteria.dev/exclude: "made anew"\` | no policy takes it; the coverage shows the reason. A claim that names a policy itself is taken although its namespace is excluded |

## Worked examples
${examples.join('\n')}`;
}
