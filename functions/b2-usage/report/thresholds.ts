/** Limits that an operator sets; each is reported once when it is passed, and once when usage is below again. Pure. */
import type { Measurement } from '../record/usage-record.ts';
import { storedBytes } from './estimate-cost.ts';
import { type PriceCard, storageCost } from './price-card.ts';

export interface Limits {
  /** 0: none. */
  readonly maxBytes: number;
  readonly maxMonthlyCost: number;
  readonly priceCard: PriceCard | undefined;
}

export interface Crossing {
  readonly limit: 'bytes' | 'monthly_cost';
  readonly direction: 'above' | 'below';
  readonly value: number;
  readonly allowed: number;
}

export interface Crossed {
  /** The limits that are exceeded now. */
  readonly above: readonly string[];
  readonly crossings: readonly Crossing[];
}

export function checkLimits(
  { maxBytes, maxMonthlyCost, priceCard }: Limits,
  measurement: Pick<Measurement, 'buckets'>,
  before: readonly string[],
): Crossed {
  const bytes = storedBytes(measurement);
  const cost = priceCard === undefined ? 0 : Math.round(storageCost(priceCard, bytes) * 100) / 100;
  const checks = [
    { limit: 'bytes', value: bytes, allowed: maxBytes },
    { limit: 'monthly_cost', value: cost, allowed: maxMonthlyCost },
  ] as const;
  const above = checks.filter(({ value, allowed }) => allowed > 0 && value > allowed).map(({ limit }) => limit);
  const crossings = checks.flatMap((check) => {
    const isAbove = above.includes(check.limit);
    if (isAbove === before.includes(check.limit)) return [];
    return [{ ...check, direction: isAbove ? ('above' as const) : ('below' as const) }];
  });
  return { above, crossings };
}
