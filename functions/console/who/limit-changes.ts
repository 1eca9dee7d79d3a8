/** So many changes of one caller in a minute, so that a loop in somebody's script does not fill the queue of all. */
import type { MiddlewareHandler } from 'hono';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KitEnv } from '@soteria/shared/function/contract.ts';

const minuteMs = 60_000;
const maxCallers = 10_000;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export interface LimitOptions {
  /** 0: no limit. */
  readonly perMinute: number;
  readonly now: () => Date;
}

export function limitChanges({ perMinute, now }: LimitOptions): MiddlewareHandler<KitEnv> {
  const buckets = new Map<string, Bucket>();
  return async (c, next) => {
    const { user, proof } = c.get('incoming').caller;
    const isChange = c.req.method !== 'GET' && c.req.method !== 'HEAD';
    // Where nobody proves a name there is nobody to count.
    if (isChange && perMinute > 0 && proof !== 'none') {
      const atMs = now().getTime();
      const { left } = refill(buckets.get(user), { perMinute, atMs });
      if (left < 1) throw tooMany(user, perMinute, Math.ceil(((1 - left) * 60) / perMinute));
      if (buckets.size >= maxCallers) buckets.clear();
      buckets.set(user, { left: left - 1, atMs });
    }
    return next();
  };
}

/** Pure. A bucket is full after a minute without a change. */
function refill(
  bucket: Bucket | undefined,
  { perMinute, atMs }: { readonly perMinute: number; readonly atMs: number },
): Bucket {
  if (bucket === undefined) return { left: perMinute, atMs };
  const gained = (Math.max(0, atMs - bucket.atMs) / minuteMs) * perMinute;
  return { left: Math.min(perMinute, bucket.left + gained), atMs };
}

function tooMany(user: string, perMinute: number, retryAfterSeconds: number): SoteriaError {
  return new SoteriaError(
    'rate_limited',
    {
      what: 'the change was refused',
      why: `${user} has made more than ${perMinute} changes in a minute`,
      fix: 'wait, or back up a whole namespace with one request; SOTERIA_CHANGES_PER_MINUTE is the limit',
    },
    { retryAfterSeconds: Math.max(1, retryAfterSeconds) },
  );
}
