/** Signed calls to an S3 API: returns an answer, or a refusal in our words. */
import type { IncomingMessage } from 'node:http';
import aws4 from 'aws4';
import { bucketRefused, bucketUnavailable, type RefusalReason } from '../bucket-errors.ts';
import { type Exchange, readText } from '../exchange.ts';
import type { OnCall } from '../port.ts';
import { type Patience, withRetryAfter } from '../try-again.ts';

export interface S3Settings {
  readonly endpoint: URL;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** path: https://host/bucket; host: https://bucket.host */
  readonly addressing: 'path' | 'host';
}

export interface S3Client {
  /** The answer to a GET with status 200, body unread. Throws SoteriaErrors; one try. */
  get(bucket: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage>;
  urlOf(bucket: string): URL;
}

export interface S3ClientOptions {
  readonly settings: S3Settings;
  readonly exchange: Exchange;
  readonly patience: Patience;
  readonly onCall: OnCall;
}

/** S3's codes are more precise than its statuses. */
const reasons: Readonly<Record<string, RefusalReason>> = {
  InvalidAccessKeyId: 'bad_credentials',
  SignatureDoesNotMatch: 'bad_credentials',
  InvalidToken: 'bad_credentials',
  ExpiredToken: 'bad_credentials',
  UnauthorizedAccess: 'bad_credentials',
  RequestTimeTooSkewed: 'clock_skew',
  NoSuchBucket: 'bucket_missing',
  NoSuchUpload: 'upload_gone',
  InvalidBucketName: 'bucket_missing',
  AccessDenied: 'forbidden',
  AllAccessDisabled: 'forbidden',
  PermanentRedirect: 'wrong_region',
  AuthorizationHeaderMalformed: 'wrong_region',
  IllegalLocationConstraintException: 'wrong_region',
  NotImplemented: 'not_supported',
  MethodNotAllowed: 'not_supported',
  TransactionCapExceeded: 'caps_exceeded',
  ObjectLockConfigurationNotFoundError: 'not_set',
  NoSuchLifecycleConfiguration: 'not_set',
};
const momentary = new Set(['SlowDown', 'ServiceUnavailable', 'InternalError', 'RequestTimeout', 'OperationAborted']);
const byStatus: Readonly<Record<number, RefusalReason>> = {
  301: 'wrong_region',
  401: 'bad_credentials',
  403: 'forbidden',
  404: 'bucket_missing',
  405: 'not_supported',
  501: 'not_supported',
};

export function createS3Client({ settings, exchange, patience, onCall }: S3ClientOptions): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey, addressing } = settings;
  function urlOf(bucket: string): URL {
    const url = new URL(endpoint);
    if (bucket === '') return url;
    if (addressing === 'host') url.hostname = `${bucket}.${endpoint.hostname}`;
    else url.pathname = `${endpoint.pathname.replace(/\/$/, '')}/${bucket}`;
    return url;
  }

  return {
    urlOf,
    async get(bucket, query, signal) {
      const url = urlOf(bucket);
      // Sorted and encoded as the signature needs it: a space is %20 there, and + in URLSearchParams.
      url.search = Object.entries(query)
        .map(([name, value]) => `${encodeURIComponent(name)}=${strictlyEncoded(value)}`)
        .join('&');
      const datetime = patience
        .now()
        .toISOString()
        .replaceAll(/[:-]|\.\d{3}/g, '');
      const { headers = {} } = aws4.sign(
        {
          service: 's3',
          region,
          method: 'GET',
          path: `${url.pathname}${url.search}`,
          headers: { host: url.host, 'x-amz-date': datetime },
        },
        { accessKeyId, secretAccessKey },
      );
      onCall();
      const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      const answer = await exchange.send({ method: 'GET', url, headers: texts }, signal);
      if (answer.statusCode === 200) return answer;
      throw await refusalOf(answer, url, bucket);
    },
  };

  async function refusalOf(answer: IncomingMessage, url: URL, bucket: string): Promise<Error> {
    const { statusCode = 0, headers } = answer;
    const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(await readText(answer, url, 65_536))?.[1] ?? '';
    const what = bucket === '' ? 'the buckets could not be listed' : `bucket ${bucket} could not be listed`;
    const reason = reasons[code] ?? (momentary.has(code) ? undefined : byStatus[statusCode]);
    if (reason !== undefined) return bucketRefused(reason, what);
    if (momentary.has(code) || statusCode === 429 || statusCode >= 500) {
      const unavailable = bucketUnavailable(what, `the store answers ${statusCode} ${code}`.trim());
      return withRetryAfter(unavailable, headers['retry-after'], patience.now());
    }
    return bucketRefused('unexpected_answer', what);
  }
}

/** RFC 3986, as the signature needs it. */
function strictlyEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
