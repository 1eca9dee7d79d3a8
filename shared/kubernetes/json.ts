/**
 * JSON whose integers keep every digit. A Kubernetes int64 (a Longhorn byte count, a generation) may pass 2^53, where
 * `JSON.parse` rounds in silence: such a literal becomes a bigint, and a bigint is written as the same literal.
 */

declare global {
  /** In Node since version 21 (source text access), not yet in TypeScript's library. */
  interface JSON {
    rawJSON(text: string): unknown;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** 2^53 has 16 digits. Digits inside texts match too; that only costs the slower path. */
const mayHoldBigInteger = /\d{16}/;
const integerLiteral = /^-?\d+$/;

/** Throws a SyntaxError when the text is not JSON. */
export function parseJson(text: string): unknown {
  if (!mayHoldBigInteger.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
    return integerLiteral.test(source) ? BigInt(source) : value;
  });
}

export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A bigint, which JSON.stringify refuses; asking every member beforehand would cost every object the same.
    if (!(error instanceof TypeError)) throw error;
  }
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? JSON.rawJSON(member.toString()) : member,
  );
}
