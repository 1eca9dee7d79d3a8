/**
 * Scans the elements of a document as it arrives, as places in bytes: of a page with a thousand entries only the needed values become texts.
 * It knows the parts of S3's answers (elements, text, entities, declarations), skips attributes and refuses CDATA.
 */

/** One value of an element or the name of it: `bytes` from `start` to before `end`, valid until the call returns. */
export type OnPiece = (bytes: Buffer, start: number, end: number) => void;

export interface XmlEvents {
  readonly open: OnPiece;
  /** Called with the text since the last tag: for an element without children, its own text. */
  readonly close: OnPiece;
}

/** The document is not XML that a store would write. */
export class NotXml extends Error {
  override readonly name = 'NotXml';
}

/** A name of 1,024 bytes, each written as an entity, is far below this. */
const maxPieceBytes = 65_536;
const [lessThan, greaterThan, slash, bang, question] = [0x3c, 0x3e, 0x2f, 0x21, 0x3f];
const space = 0x20;

/** Throws NotXml, and the errors of the stream. */
export async function scanXml(body: AsyncIterable<Uint8Array>, events: XmlEvents): Promise<void> {
  // An incomplete element waits here for the next chunk, always in the same memory.
  let held = Buffer.allocUnsafe(2 * maxPieceBytes);
  let heldBytes = 0;
  for await (const chunk of body) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (heldBytes > 0) {
      if (heldBytes + chunk.length > held.length) held = Buffer.concat([held], heldBytes + chunk.length);
      bytes.copy(held, heldBytes);
      bytes = held.subarray(0, heldBytes + chunk.length);
    }
    const from = scan(bytes, events);
    heldBytes = bytes.length - from;
    if (heldBytes > maxPieceBytes) throw new NotXml('there is no end of an element');
    bytes.copy(held, 0, from);
  }
}

/** Where the first incomplete element begins. */
function scan(bytes: Buffer, { open, close }: XmlEvents): number {
  let at = 0;
  for (;;) {
    const start = bytes.indexOf(lessThan, at);
    const end = start === -1 ? -1 : bytes.indexOf(greaterThan, start + 1);
    if (end === -1) return at;
    const first = bytes[start + 1];
    if (first === slash) close(bytes, at, start);
    else if (first === bang) assertNoText(bytes, start);
    else if (first !== question) {
      const isEmpty = bytes[end - 1] === slash;
      open(bytes, start + 1, nameEnd(bytes, start + 1, isEmpty ? end - 1 : end));
      if (isEmpty) close(bytes, end, end);
    }
    at = end + 1;
  }
}

function nameEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) <= space) return at;
  return end;
}

function assertNoText(bytes: Buffer, start: number): void {
  if (bytes[start + 2] === 0x5b) throw new NotXml('CDATA is not read');
}

export function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at += 1) if (bytes[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function textOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('&') ? unescapeXml(text) : text;
}

/** An unknown entity stays as it is. */
export function unescapeXml(text: string): string {
  return text.replaceAll(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g,
    (whole, name, decimal, hex) => {
      if (typeof name === 'string') return named[name] ?? whole;
      const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    },
  );
}
