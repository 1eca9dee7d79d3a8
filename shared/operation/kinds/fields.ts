/** The texts and numbers that requests and records are made of. */
import * as z from 'zod';

export const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be a DNS label: lower-case letters, digits and -');
export const dnsSubdomain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a DNS name: lower-case letters, digits, - and .');
export const shortText = z.string().max(1024);
export const instant = z.iso.datetime();

/** `k=v`, free; SA-07. */
export const tag = z
  .string()
  .max(256)
  .regex(/^[^=\s][^=]*=[\s\S]*$/, 'must have the form key=value');

/** Seconds, or a duration such as `90s`, `15m`, `24h`, `7d`. */
export const durationText = z
  .string()
  .max(32)
  .regex(/^\d+(s|m|h|d)?$/, 'must be a number of seconds or a duration such as 15m, 24h, 7d');

/** `10Gi`, `500M`, `1073741824`: a Kubernetes quantity of whole bytes. */
export const storageQuantity = z
  .string()
  .max(32)
  .regex(/^\d+([KMGTPE]i?|k)?$/, 'must be a quantity such as 10Gi');

/** A label of Kubernetes: the key with or without a prefix, and a value that may be empty. */
export const labelKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'must be the key of a label: [prefix/]name',
  );
export const labelValue = z
  .string()
  .max(63)
  .regex(
    /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
    'must be the value of a label: at most 63 of A-Za-z0-9-_.',
  );

export const accessMode = z.enum(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']);

export const maxLabels = 64;

/** `<driver>:<target>/<backup>`, and the names of foreign backups may be as long as Kubernetes allows. */
export const maxPointId = 640;

/** Below the root of a claim: no way out of it. */
export const pathInClaim = z
  .string()
  .max(253)
  .regex(
    /^([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)(\/([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+))*$/,
    'must be a path below the root of the claim, without . and ..',
  );

/** Byte counts are decimal texts: they may pass 2^53. */
export const bytes = z.string().regex(/^\d+$/).max(24);

/** A count of anything. */
export const count = z.int().min(0).optional();

export const explanation = z.strictObject({
  code: z.string().max(64),
  what: shortText,
  why: shortText,
  fix: shortText,
});
