/**
 * What `JSON.parse` lets pass and no request may hold: the same member twice, of which it drops one in silence, and texts that common
 * tools, databases and the API server cannot read. Pure.
 */

export interface JsonFault {
  /** `request.tags[0]`; empty: the whole document. */
  readonly member: string;
  /** Continues a sentence about the member, as in "it holds …". */
  readonly why: string;
}

export interface ReadJson {
  readonly value?: unknown;
  /** There is no value when there is a fault. `cause`: the parser's error, whose own words quote the text. */
  readonly fault?: JsonFault & { readonly cause?: unknown };
}

/** `bytes` must be UTF-8. */
export function readJson(bytes: Uint8Array): ReadJson {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return { fault: { member: '', why: 'is not UTF-8', cause } };
  }
}

export function parseJson(text: string): ReadJson {
  try {
    const value: unknown = JSON.parse(text);
    const fault = findJsonFault(text);
    return fault === undefined ? { value } : { fault };
  } catch (cause) {
    return { fault: { member: '', why: 'is not valid JSON', cause } };
  }
}

/** Why a text cannot be handed on; undefined: it can. */
export function findTextFault(text: string): string | undefined {
  if (text.includes('\0')) return 'holds the character NUL';
  return text.isWellFormed() ? undefined : 'is not well-formed Unicode: half of a surrogate pair stands alone';
}

/** The text with a replacement character for each that cannot be handed on. */
export function toFitText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{FFFD}');
}

/** An object or a list that the scan is inside of. */
interface Place {
  /** The member names of an object met so far; undefined in a list. */
  readonly names: Set<string> | undefined;
  /** The member's name, or the number of the entry. */
  member: string | number;
  isNameNext: boolean;
}

/** The first fault of a text that `JSON.parse` accepts. Takes about as long as `JSON.parse`, and keeps only the names of open objects. */
export function findJsonFault(json: string): JsonFault | undefined {
  const places: Place[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const place = places.at(-1);
    switch (json.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(json, at);
        const raw = json.slice(at + 1, end);
        const text = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
        const isName = place?.isNameNext === true;
        if (isName) place.member = text;
        const why = (isName && isRepeated(place, text) ? 'is there twice' : undefined) ?? findTextFault(text);
        if (why !== undefined) return { member: memberOf(places), why };
        at = end;
        break;
      }
      case 0x7b:
        places.push({ names: new Set(), member: '', isNameNext: true });
        break;
      case 0x5b:
        places.push({ names: undefined, member: 0, isNameNext: false });
        break;
      case 0x7d:
      case 0x5d:
        places.pop();
        break;
      case 0x3a:
        if (place !== undefined) place.isNameNext = false;
        break;
      case 0x2c:
        if (typeof place?.member === 'number') place.member += 1;
        else if (place !== undefined) place.isNameNext = true;
        break;
      default:
    }
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
}

function isRepeated({ names }: Place, name: string): boolean {
  if (names?.has(name) === true) return true;
  names?.add(name);
  return false;
}

const maxMemberLength = 100;

function memberOf(places: readonly Place[]): string {
  const path = places
    .map(({ member }) => (typeof member === 'number' ? `[${member}]` : `.${toFitText(member)}`))
    .join('');
  return path.replace(/^\./, '').slice(0, maxMemberLength);
}
