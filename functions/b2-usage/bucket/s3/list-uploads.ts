/** Unfinished multipart uploads with the bytes of their parts: ListMultipartUploads tells no sizes, ListParts does. */
import { readText } from '../exchange.ts';
import type { BucketRef, UnfinishedUpload } from '../port.ts';
import type { S3Client } from './s3-client.ts';

const unescaped: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function member(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  return text.replaceAll(/&(amp|lt|gt|quot|apos|#(\d+));/g, (_whole, entity: string, code: string | undefined) =>
    code === undefined ? (unescaped[entity] ?? '') : String.fromCodePoint(Number(code)),
  );
}

/** At most 10,000 parts exist; a page holds 1,000. */
async function partBytes(client: S3Client, bucket: string, key: string, uploadId: string, signal: AbortSignal) {
  let sum = 0;
  for (let marker = ''; ;) {
    const from = marker === '' ? {} : { 'part-number-marker': marker };
    const xml = await readText(
      await client.get(`${bucket}/${encodeKey(key)}`, { ...from, uploadId }, signal),
      client.urlOf(bucket),
    );
    for (const [, part = ''] of xml.matchAll(/<Part>(.*?)<\/Part>/gs)) sum += Number(member(part, 'Size'));
    const next = member(xml, 'NextPartNumberMarker');
    if (member(xml, 'IsTruncated') !== 'true' || next === '' || next === marker) return sum;
    marker = next;
  }
}

function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

export async function listUploads(
  client: S3Client,
  { name, prefix }: BucketRef,
  limit: number,
  signal: AbortSignal,
): Promise<UnfinishedUpload[]> {
  const found: UnfinishedUpload[] = [];
  let from: Record<string, string> = {};
  for (;;) {
    const query = { ...from, 'max-uploads': '1000', prefix, uploads: '' };
    const xml = await readText(await client.get(name, query, signal), client.urlOf(name), 4_194_304);
    for (const [, upload = ''] of xml.matchAll(/<Upload>(.*?)<\/Upload>/gs)) {
      if (found.length >= limit) return found;
      const key = member(upload, 'Key');
      found.push({
        key,
        startedAtMs: Date.parse(member(upload, 'Initiated')) || 0,
        sizeBytes: await partBytes(client, name, key, member(upload, 'UploadId'), signal),
      });
    }
    const next = member(xml, 'NextKeyMarker');
    if (member(xml, 'IsTruncated') !== 'true' || next === '') return found;
    from = { 'key-marker': next, 'upload-id-marker': member(xml, 'NextUploadIdMarker') };
  }
}
