/** A dead letter as it is kept, and how many of them: a ring of the newest that fits into one ConfigMap. Pure. */
import type { AnyEvent } from '@soteria/shared/function/contract.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import { findTextFault, toFitText } from '@soteria/shared/strict-json.ts';
import * as z from 'zod';

const maxText = 4_096;
const text = z.string().max(maxText);

export const deadLetter = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  reason: text,
  event: z.object({
    id: text,
    source: text,
    type: text,
    subject: text.optional(),
    time: z.iso.datetime().optional(),
    extensions: z.record(z.string(), text),
    data: z.unknown().optional(),
  }),
  /** True: some of it was too large to be kept, or no list may hold it; it cannot be replayed. */
  isCut: z.boolean(),
  /** How often it came: a broker may deliver it twice. */
  count: z.int().min(1),
});
export type DeadLetter = z.infer<typeof deadLetter>;

/** Of one letter, as JSON. */
const maxLetterBytes = 64 * 1024;
/** A ConfigMap holds 1 MiB; half of it leaves room for everything else that is counted. */
const maxTotalBytes = 512 * 1024;
const maxLetters = 100;

/** What the broker says of the last try; a stranger's text, cut short and kept to one line. */
export function reasonOf(extensions: Readonly<Record<string, string>>): string {
  const code = extensions['knativeerrorcode'] ?? 'unknown';
  const body = Buffer.from(extensions['knativeerrordata'] ?? '', 'base64').toString('utf8');
  return `${code.slice(0, 64)} ${body.replaceAll(/\s+/g, ' ').slice(0, 300)}`.trim();
}

/** Source and id name an event; the same one again is the same letter. */
export function letterIdOf(event: { readonly source: string; readonly id: string }): string {
  return shortHash(`${event.source}|${event.id}`, 16);
}

export function toLetter(event: AnyEvent, at: Date): DeadLetter {
  const { id, source, type, subject, time, extensions, data } = event;
  let { isCut } = event;
  const cut = (whole: string, length = Infinity): string => {
    isCut ||= whole.length > length || findTextFault(whole) !== undefined;
    return toFitText(whole).slice(0, length).toWellFormed();
  };
  const letter: DeadLetter = {
    id: letterIdOf(event),
    at: at.toISOString(),
    reason: reasonOf(extensions),
    event: {
      id: cut(id, 1_024),
      source: cut(source, 1_024),
      type: cut(type, 256),
      ...(subject === undefined ? {} : { subject: cut(subject, 1_024) }),
      ...(time === undefined ? {} : { time: time.toISOString() }),
      extensions: Object.fromEntries(Object.entries(extensions).map(([name, value]) => [name, cut(value, maxText)])),
      data: typeof data === 'string' ? cut(data) : data,
    },
    isCut: false,
    count: 1,
  };
  if (Buffer.byteLength(JSON.stringify(letter)) <= maxLetterBytes) return { ...letter, isCut };
  return { ...letter, event: { ...letter.event, extensions: {}, data: undefined }, isCut: true };
}

export function parseLetters(data: Readonly<Record<string, string>>): DeadLetter[] {
  const letters = Object.values(data).flatMap((json) => {
    const parsed = deadLetter.safeParse(parseJson(json));
    return parsed.success ? [parsed.data] : [];
  });
  return letters.toSorted((a, b) => b.at.localeCompare(a.at));
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The newest first, the oldest ones leave. */
export function withLetter(data: Readonly<Record<string, string>>, letter: DeadLetter): Record<string, string> {
  const letters = parseLetters(data);
  const before = letters.find(({ id }) => id === letter.id);
  const counted = { ...letter, count: (before?.count ?? 0) + 1 };
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const one of [counted, ...letters.filter(({ id }) => id !== letter.id)].slice(0, maxLetters)) {
    const json = JSON.stringify(one);
    bytes += Buffer.byteLength(json);
    if (bytes > maxTotalBytes) break;
    kept[one.id] = json;
  }
  return kept;
}

/** Undefined: the letter is gone, or it was kept again after it was read. Then its count or its instant differs. */
export function withoutLetter(
  data: Readonly<Record<string, string>>,
  { id, count, at }: DeadLetter,
): Record<string, string> | undefined {
  const { [id]: kept, ...rest } = data;
  const [present] = parseLetters(kept === undefined ? {} : { [id]: kept });
  return present?.count === count && present.at === at ? rest : undefined;
}
