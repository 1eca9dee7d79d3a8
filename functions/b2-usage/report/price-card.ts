/** The prices of a store, as a dated card: they are configuration, because providers change them. Pure. */
import * as z from 'zod';

const priceCard = z.object({
  /** `b2`, `s3`, or the card that SOTERIA_B2_PRICE_CARD names. */
  name: z.string(),
  provider: z.string(),
  /** The day on which these figures were read at `source`. */
  asOf: z.iso.date(),
  source: z.url(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  /** The price of one `unitBytes` for a month. */
  storagePerMonth: z.number().min(0),
  /** 10^9 or 2^30. */
  unitBytes: z.number().positive(),
  freeBytes: z.number().min(0).default(0),
  /** Billed even where less is stored. */
  minimumBytes: z.number().min(0).default(0),
  /** For a thousand listing calls. */
  listCallsPer1000: z.number().min(0),
  freeListCallsPerDay: z.number().min(0).default(0),
});
export type PriceCard = z.infer<typeof priceCard>;

export function parsePriceCards(json: string): readonly PriceCard[] | undefined {
  try {
    return z.array(priceCard).safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** The cost of a whole month with this much stored. */
export function storageCost(card: PriceCard, bytes: number): number {
  const billed = Math.max(card.minimumBytes, Math.max(0, bytes - card.freeBytes));
  return (billed / card.unitBytes) * card.storagePerMonth;
}

/** The cost of the calls of a measurement that runs this often a day, for 30 days. */
export function callCost(card: PriceCard, calls: number, timesPerDay: number): number {
  const billedPerDay = Math.max(0, calls * timesPerDay - card.freeListCallsPerDay);
  return ((billedPerDay * 30) / 1000) * card.listCallsPer1000;
}
