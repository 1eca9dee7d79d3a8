/** The two ways Knative writes a duration: ISO 8601 in eventing, Go's in serving annotations. */
import * as z from 'zod';

/** `PT0.2S`, `PT2M`, `P1DT1H` to milliseconds; undefined for anything else, calendar months and years included. */
export function parseIsoDuration(text: string): number | undefined {
  const match = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(
    text,
  );
  if (match === null || !/\d/.test(text) || text.endsWith('T')) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000);
}

const goUnitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `60s`, `1m30s`, `0` to milliseconds; undefined for anything else. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount = '0', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (goUnitMs[unit] ?? 0);
  }
  return total;
}

/** An ISO 8601 duration, read as milliseconds. */
export const isoDuration = z.string().transform((text, context) => {
  const ms = parseIsoDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not an ISO 8601 duration such as PT2S` });
  return z.NEVER;
});
