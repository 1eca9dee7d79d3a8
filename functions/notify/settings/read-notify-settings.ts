/** The Secret `soteria-notify`, read anew at each look, so that a change needs no restart. Its content is secret: no error quotes it. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { secrets } from '@soteria/shared/kubernetes/core-types.ts';
import { ntfyOfFleet } from './fleet-variables.ts';
import { type NotifySettings, notifySchema } from './notify-schema.ts';

export const notifySecretName = 'soteria-notify';

const refused = (why: string): SoteriaError =>
  new SoteriaError('unprocessable', {
    what: `Secret ${notifySecretName} is not understood, so nobody is notified`,
    why,
    fix: 'correct it as docs/notify.md shows; POST /v1/notify/test says whether it is right',
  });

/** What reading threw speaks of the Secret's content, and not of the cluster. */
export function isNotUnderstood(error: unknown): error is SoteriaError {
  return error instanceof SoteriaError && (error.code === 'unprocessable' || error.code === 'invalid_request');
}

/** Undefined: there is no such Secret, or nothing in it. Throws what `isNotUnderstood`, without any of its values. */
export async function readNotifySettings(
  client: KubernetesClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<NotifySettings | undefined> {
  const secret = await client.get(secrets, { namespace, name: notifySecretName }, { signal });
  const texts = Object.fromEntries(
    Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
  return parseNotifySettings(texts);
}

export async function parseNotifySettings(
  texts: Readonly<Record<string, string>>,
): Promise<NotifySettings | undefined> {
  const written = await parseYaml(texts['config.yaml'] ?? '');
  const fleet = ntfyOfFleet(texts);
  if (written === undefined && fleet === undefined) return undefined;
  const parsed = notifySchema.safeParse({
    ...written,
    channels: [...channelsOf(written), ...(fleet === undefined ? [] : [fleet])],
  });
  if (!parsed.success) throw refused(problemsOf(parsed.error, 'config.yaml').join('; '));
  const names = parsed.data.channels.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refused(`two channels have the name ${twice}`);
  return parsed.data;
}

function channelsOf(written: Record<string, unknown> | undefined): unknown[] {
  const channels = written?.['channels'] ?? [];
  if (!Array.isArray(channels)) throw refused('channels: must be a list');
  return channels;
}

async function parseYaml(text: string): Promise<Record<string, unknown> | undefined> {
  if (text.trim() === '') return undefined;
  const { parseDocument } = await import('@soteria/shared/yaml.ts');
  // Its messages quote the text: only where the mistake is may be told.
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake !== undefined) throw refused(`config.yaml is no YAML: line ${mistake.linePos?.[0].line ?? '?'}`);
  const value = valueOf(document);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused('config.yaml must be a mapping');
  return { ...value };
}

function valueOf(document: { toJS(options: { maxAliasCount: number }): unknown }): unknown {
  try {
    return document.toJS({ maxAliasCount: 10 });
  } catch {
    throw refused('config.yaml has an alias without its anchor, or too many; quote a text that begins with *');
  }
}
