/**
 * Defence in depth: takes out of a text, or of a field by its name, what looks like a credential. The first line of defence is that
 * nobody logs one. Pure.
 */

const mask = '[redacted]';

const secretName =
  /pass(word|wd|phrase)|secret|credential|authorization|cookie|signature|(api|private|access|application|signing)[-_]?key|(^|[-_.])token$|(access|bearer|auth|session|refresh|id)[-_]?token/i;

const patterns: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${mask}`],
  // A JSON Web Token, such as a ServiceAccount's.
  [/\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*/g, mask],
  // AWS access key ids, and application keys of Backblaze B2.
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, mask],
  [/\bK00\d[A-Za-z0-9+/]{27}/g, mask],
  // scheme://user:password@host; a bucket in s3://bucket@region/ is none.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+@/gi, `$1${mask}@`],
  // password=…, "secret_access_key": "…"
  [
    /((?:pass(?:word|wd|phrase)|secret|credentials?|authorization|signature|token|(?:api|private|access|application)[-_]?key)[\w-]*["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"'}]+)/gi,
    `$1${mask}`,
  ],
];

/** What each of the patterns needs at least: most texts have none of it, and one look is cheaper than seven. */
const anyOfThem =
  /PRIVATE KEY|bearer|basic|eyJ|AKIA|ASIA|K00|:\/\/|pass|secret|credential|authorization|signature|token|key/i;

/** The text without what looks like a credential, and without the very texts in `secrets`. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, mask);
  if (!anyOfThem.test(clean)) return clean;
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}

/** True: a field of this name holds a credential, whatever its value looks like. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}
