/** The variables of the function `b2-usage`, beside those every function shares. Without any variable of the store, usage is not configured. */
import * as z from 'zod';
import {
  type Environment,
  invalidSettings,
  oneOf,
  optionalSecret,
  optionalText,
  readEnvironment,
  variable,
  wholeNumber,
} from '@soteria/shared/config/environment.ts';
import {
  type FunctionSettings,
  functionVariables,
  toFunctionSettings,
} from '@soteria/shared/config/function-settings.ts';
import { runnerImage } from '@soteria/shared/config/runner-image.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import type { BucketRef } from './bucket/port.ts';
import { type PriceCard, parsePriceCards } from './report/price-card.ts';

const bucketList = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}(\/[^,]*)?(,[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}(\/[^,]*)?)*$/;

export const usageVariables = functionVariables.extend({
  SOTERIA_B2_API: oneOf(['b2', 's3'], 'b2'),
  SOTERIA_B2_ENDPOINT: variable(z.url({ protocol: /^https?$/ }).optional(), 'an http:// or https:// address'),
  SOTERIA_B2_REGION: optionalText('the name of a region', /^[a-z0-9-]{1,40}$/),
  SOTERIA_B2_ADDRESSING: oneOf(['path', 'host'], 'path'),
  SOTERIA_B2_CA: optionalText('certificates in PEM', /-----BEGIN CERTIFICATE-----/),
  SOTERIA_B2_KEY_ID: optionalText('the id of a key', /^[\w+/=.-]{1,200}$/),
  SOTERIA_B2_APPLICATION_KEY: optionalSecret(8),
  SOTERIA_B2_BUCKETS: optionalText('names of buckets, each with /prefix where wanted, separated by commas', bucketList),
  SOTERIA_B2_PARALLEL: wholeNumber(4, { min: 1, max: 32 }),
  SOTERIA_B2_STALE_UPLOAD_DAYS: wholeNumber(7, { min: 1, max: 3650 }),
  SOTERIA_B2_PRICE_CARDS: optionalText('a JSON list of price cards, see docs/b2-usage.md', /^\s*\[/),
  SOTERIA_B2_PRICE_CARD: optionalText('the name of a price card', /^[\w-]{1,60}$/),
  SOTERIA_B2_JOB_AFTER_SECONDS: wholeNumber(240, { min: 0, max: 86_400 }),
  SOTERIA_RUNNER_IMAGE: runnerImage,
  SOTERIA_B2_MAX_BYTES: wholeNumber(0, { min: 0, max: 999_999_999_999_999 }),
  SOTERIA_B2_MAX_MONTHLY_COST: wholeNumber(0, { min: 0, max: 1_000_000_000 }),
});

export interface StoreSettings {
  readonly api: 'b2' | 's3';
  readonly endpoint: URL;
  readonly region: string;
  readonly addressing: 'path' | 'host';
  readonly ca: string | undefined;
  readonly keyId: string;
  readonly applicationKey: string;
  /** Empty: every bucket that the key may list. */
  readonly buckets: readonly BucketRef[];
  readonly parallel: number;
}

/** Settings with the same name list the same content by the same calls. */
export function storeName(store: Pick<StoreSettings, 'api' | 'endpoint' | 'keyId' | 'buckets'>): string {
  const { api, endpoint, keyId, buckets } = store;
  return shortHash(JSON.stringify([api, endpoint.href, keyId, buckets]), 16);
}

export interface UsageSettings extends FunctionSettings {
  /** Undefined: usage is not configured. */
  readonly store: StoreSettings | undefined;
  /** The variables that are missing for that. */
  readonly missing: readonly string[];
  readonly staleUploadDays: number;
  /** Undefined: costs are not reported. */
  readonly priceCard: PriceCard | undefined;
  /** A measurement that will take longer runs as a Job; 0: every measurement. */
  readonly jobAfterMs: number;
  readonly runnerImage: string;
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly maxMonthlyCost: number;
}

const b2Endpoint = 'https://api.backblazeb2.com';

/** Throws `invalid_settings`, naming every bad variable. */
export function readUsageSettings(env: Environment): UsageSettings {
  const variables = readEnvironment(usageVariables, env);
  const api = variables.SOTERIA_B2_API;
  const needed = [
    'SOTERIA_B2_KEY_ID',
    'SOTERIA_B2_APPLICATION_KEY',
    ...(api === 's3' ? (['SOTERIA_B2_ENDPOINT'] as const) : []),
  ] as const;
  const missing = needed.filter((name) => variables[name] === undefined);
  const endpoint = new URL(variables.SOTERIA_B2_ENDPOINT ?? b2Endpoint);
  return {
    ...toFunctionSettings(variables),
    missing,
    store:
      missing.length > 0
        ? undefined
        : {
            api,
            endpoint,
            addressing: variables.SOTERIA_B2_ADDRESSING,
            ca: variables.SOTERIA_B2_CA,
            region: variables.SOTERIA_B2_REGION ?? regionIn(endpoint),
            keyId: variables.SOTERIA_B2_KEY_ID ?? '',
            applicationKey: variables.SOTERIA_B2_APPLICATION_KEY ?? '',
            buckets: parseBuckets(variables.SOTERIA_B2_BUCKETS ?? ''),
            parallel: variables.SOTERIA_B2_PARALLEL,
          },
    staleUploadDays: variables.SOTERIA_B2_STALE_UPLOAD_DAYS,
    priceCard: chooseCard(variables.SOTERIA_B2_PRICE_CARDS, variables.SOTERIA_B2_PRICE_CARD, api),
    jobAfterMs: variables.SOTERIA_B2_JOB_AFTER_SECONDS * 1_000,
    runnerImage: variables.SOTERIA_RUNNER_IMAGE,
    maxBytes: variables.SOTERIA_B2_MAX_BYTES,
    maxMonthlyCost: variables.SOTERIA_B2_MAX_MONTHLY_COST,
  };
}

/** `s3.us-west-004.backblazeb2.com` contains its region, as most stores' names do. */
function regionIn({ hostname }: URL): string {
  return /(?:^|\.)s3[.-]([a-z]{2}-[a-z]+-\d+)\./.exec(hostname)?.[1] ?? 'us-east-1';
}

function parseBuckets(text: string): BucketRef[] {
  const refs = text
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const slash = one.indexOf('/');
      return slash === -1 ? { name: one, prefix: '' } : { name: one.slice(0, slash), prefix: one.slice(slash + 1) };
    });
  if (new Set(refs.map(({ name }) => name)).size === refs.length) return refs;
  throw invalidSettings([
    'SOTERIA_B2_BUCKETS names a bucket twice, it must name each once, with one prefix that holds all',
  ]);
}

function chooseCard(json: string | undefined, named: string | undefined, api: string): PriceCard | undefined {
  if (json === undefined) return undefined;
  const cards = parsePriceCards(json);
  if (cards === undefined) {
    throw invalidSettings(['SOTERIA_B2_PRICE_CARDS is no list of price cards, it must be as docs/b2-usage.md says']);
  }
  const card = cards.find(({ name }) => name === (named ?? api));
  if (card !== undefined || named === undefined) return card;
  const names = cards.map(({ name }) => name).join(', ');
  throw invalidSettings([`SOTERIA_B2_PRICE_CARD is no card of SOTERIA_B2_PRICE_CARDS, it must be one of: ${names}`]);
}
