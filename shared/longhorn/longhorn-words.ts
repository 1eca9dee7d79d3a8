/**
 * Longhorn's own words, short enough to show and the same for the same cause. A message can be 1,600 characters of the engine's log,
 * whose instants and request ids differ at every attempt, with the cause in the middle of it. Pure.
 */
const longest = 400;

/** `error="…"` as logrus writes it: quotes and line ends inside are escaped. */
const quotedError = /\berror="((?:[^"\\]|\\.)*)"/g;

/** What differs from one attempt to the next and names no cause. */
const passing: readonly [RegExp, string][] = [
  [/,?\s*\b(?:request ?id|host ?id):? ?[A-Za-z0-9+/=_.-]*/gi, ''],
  [/\btime="?\d{4}-\d\d-\d\dT[^\s"]*"?\s*/g, ''],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/g, ''],
  // The local port of a connection.
  [/(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d+->/gi, '$1->'],
];

const unescape = (text: string): string => text.replaceAll(/\\(["\\])/g, '$1').replaceAll(/\\[nrt]/g, ' ');

function shortenInTheMiddle(text: string): string {
  if (text.length <= longest) return text;
  const half = (longest - 3) >> 1;
  return `${text.slice(0, half)} … ${text.slice(-half)}`;
}

/** The last error that the log quotes; without one, the whole message with its middle left out. */
export function wordsOf(message: string): string {
  const last = [...message.matchAll(quotedError)].at(-1)?.[1];
  const cause = last === undefined || last === '' ? message : unescape(last);
  const steady = passing.reduce((text, [found, instead]) => text.replaceAll(found, instead), cause);
  return shortenInTheMiddle(steady.replaceAll(/\s+/g, ' ').trim());
}
