/** Kubernetes quantities of bytes. */
const suffixes: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 10n ** 3n,
  K: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  P: 10n ** 15n,
  E: 10n ** 18n,
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
};

/** Whole bytes of a whole quantity; undefined for what is none (fractions, exponents). */
export function bytesOfQuantity(text: string): bigint | undefined {
  const found = /^(\d+)([a-zA-Z]*)$/.exec(text);
  const factor = suffixes[found?.[2] ?? ''];
  return found === null || factor === undefined ? undefined : BigInt(found[1] ?? '0') * factor;
}
