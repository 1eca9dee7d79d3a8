const exponents: Readonly<Record<string, readonly [base: bigint, power: number]>> = {
  '': [1n, 0],
  k: [1000n, 1],
  M: [1000n, 2],
  G: [1000n, 3],
  T: [1000n, 4],
  P: [1000n, 5],
  E: [1000n, 6],
  Ki: [1024n, 1],
  Mi: [1024n, 2],
  Gi: [1024n, 3],
  Ti: [1024n, 4],
  Pi: [1024n, 5],
  Ei: [1024n, 6],
};

/** Whole bytes of a Kubernetes storage quantity such as `1Gi` or `1.5G`, rounded up; `undefined` for any other text. */
export function bytesOfQuantity(quantity: string): bigint | undefined {
  const [, whole = '', fraction = '', suffix = ''] =
    /^(\d+)(?:\.(\d{1,9}))?([kMGTPE]|[KMGTPE]i)?$/.exec(quantity) ?? [];
  const exponent = exponents[suffix];
  if (whole === '' || exponent === undefined) return undefined;
  const [base, power] = exponent;
  const scaled = BigInt(whole + fraction) * base ** BigInt(power);
  const divisor = 10n ** BigInt(fraction.length);
  return (scaled + divisor - 1n) / divisor;
}

const volumeStep = 2n * 1024n * 1024n;

/** Longhorn's volumes are multiples of 2 MiB. */
export function volumeSizeOf(bytes: bigint): bigint {
  return ((bytes + volumeStep - 1n) / volumeStep) * volumeStep;
}
