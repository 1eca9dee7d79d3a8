/**
 * Reading the environment, once, at the start: a schema says what each variable may be, and every bad one is named together with its
 * value and what is allowed. An empty text counts as unset, because that is what a manifest leaves behind.
 */
import * as z from 'zod';
import { SoteriaError } from '../errors.ts';
import { redact } from '../log/redact.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface VariableNotes {
  /** What is allowed, in words. */
  readonly allowed: string;
  /** Its value is never printed. */
  readonly isSecret?: boolean;
}

const notes = z.registry<VariableNotes>();

/** Any schema over a text as a variable; `allowed` completes "must be …". */
export function variable<T extends z.ZodType>(schema: T, allowed: string): T {
  notes.add(schema, { allowed });
  return schema;
}

export function text(fallback: string): z.ZodType<string> {
  return variable(z.string().default(fallback), 'a text');
}

export function optionalText(allowed = 'a text', pattern = /[\s\S]/): z.ZodType<string | undefined> {
  return variable(z.string().regex(pattern).optional(), allowed);
}

/** Blanks around the texts do not count. */
export function splitList(list: string): readonly string[] {
  return list
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** A name as Kubernetes gives namespaces. */
export function namespaceName(fallback: string): z.ZodType<string> {
  const name = z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
    .default(fallback);
  return variable(name, 'the name of a namespace: at most 63 lower-case letters, digits and -');
}

export function oneOf<const T extends readonly [string, ...string[]]>(
  values: T,
  fallback: T[number],
): z.ZodType<T[number]> {
  return variable(
    z
      .enum(values)
      .optional()
      .transform((value) => value ?? fallback),
    `one of ${values.join(', ')}`,
  );
}

export function flag(isOnByDefault: boolean): z.ZodType<boolean> {
  const schema = z.enum(['true', 'false']).optional();
  return variable(
    schema.transform((value) => (value === undefined ? isOnByDefault : value === 'true')),
    'true or false',
  );
}

/** Bounds inclusive. */
export function wholeNumber(fallback: number, { min, max }: { min: number; max: number }): z.ZodType<number> {
  const isAllowed = (digits: string): boolean =>
    /^-?\d{1,15}$/.test(digits) && Number(digits) >= min && Number(digits) <= max;
  const schema = z.string().refine(isAllowed).optional();
  return variable(
    schema.transform((digits) => (digits === undefined ? fallback : Number(digits))),
    `a whole number from ${min} to ${max}`,
  );
}

export function optionalSecret(minLength: number): z.ZodType<string | undefined> {
  const schema = z.string().min(minLength).optional();
  notes.add(schema, { allowed: `a text of at least ${minLength} characters`, isSecret: true });
  return schema;
}

/** An address that holds a secret, as many webhooks do. */
export function optionalSecretUrl(): z.ZodType<string | undefined> {
  const schema = z.url({ protocol: /^https?$/ }).optional();
  notes.add(schema, { allowed: 'an http:// or https:// address', isSecret: true });
  return schema;
}

/** Throws `invalid_settings` that names every bad variable. */
export function readEnvironment<S extends z.ZodRawShape>(
  variables: z.ZodObject<S>,
  env: Environment,
): z.infer<z.ZodObject<S>> {
  const given = Object.fromEntries(
    Object.keys(variables.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const parsed = variables.safeParse(given);
  if (parsed.success) return parsed.data;
  const bad = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  throw invalidSettings(bad.map((name) => complaint(name, given[name], notesOf(variables.shape[name]))));
}

/** For what only several variables together make wrong. */
export function invalidSettings(complaints: readonly string[], cause?: unknown): SoteriaError {
  return new SoteriaError(
    'invalid_settings',
    {
      what: complaints.length === 1 ? 'a setting is wrong' : `${complaints.length} settings are wrong`,
      why: complaints.join('; '),
      fix: 'correct these environment variables and start again',
    },
    { cause },
  );
}

function notesOf(schema: unknown): VariableNotes | undefined {
  return schema instanceof z.ZodType ? notes.get(schema) : undefined;
}

function complaint(name: string, value: string | undefined, note: VariableNotes | undefined): string {
  const allowed = note?.allowed ?? 'something else';
  if (value === undefined) return `${name} is not set, it must be ${allowed}`;
  const shown =
    note?.isSecret === true ? `has ${value.length} characters` : `is ${JSON.stringify(redact(value).slice(0, 100))}`;
  return `${name} ${shown}, it must be ${allowed}`;
}
