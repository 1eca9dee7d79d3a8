/** Summarises samples in one line. Pure. */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws without samples. */
export function summarise(samples: readonly number[]): Summary {
  return { median: quantile(samples, 0.5), min: quantile(samples, 0), max: quantile(samples, 1) };
}

/** The sample below which the fraction `q` of all lies; the middle between two for an even median. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (below === undefined || above === undefined) throw new Error('nothing was measured');
  return below + (above - below) * (at - Math.floor(at));
}
