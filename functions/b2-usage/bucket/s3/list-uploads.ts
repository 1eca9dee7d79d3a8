/** Unfinished multipart uploads with the bytes of their parts: only ListParts reports sizes, not ListMultipartUploads. */
import { reasonOf } from '../bucket-errors.ts';
import type { BucketRef, UnfinishedUpload } from '../port.ts';
import { unescapeXml } from './scan-xml.ts';

function member(xml: string, name: string): string {
  return unescapeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '');
}

/** The answer to a GET below the bucket, with its own retries. */
export type Ask = (path: string, query: Readonly<Record<string, string>>) => Promise<string>;

/** At most 10,000 parts exist; a page holds 1,000. */
async function partBytes(ask: Ask, path: string, uploadId: string): Promise<number> {
  let sum = 0;
  for (let marker = ''; ;) {
    const xml = await ask(path, { ...(marker === '' ? {} : { 'part-number-marker': marker }), uploadId });
    for (const [, part = ''] of xml.matchAll(/<Part>(.*?)<\/Part>/gs)) sum += Number(member(part, 'Size'));
    const next = member(xml, 'NextPartNumberMarker');
    if (member(xml, 'IsTruncated') !== 'true' || next === '' || next === marker) return sum;
    marker = next;
  }
}

function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

async function* sized(ask: Ask, bucket: string, upload: string): AsyncGenerator<UnfinishedUpload> {
  const key = member(upload, 'Key');
  const startedAtMs = Date.parse(member(upload, 'Initiated')) || 0;
  try {
    const sizeBytes = await partBytes(ask, `${bucket}/${encodeKey(key)}`, member(upload, 'UploadId'));
    yield { key, startedAtMs, sizeBytes };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'forbidden') yield { key, startedAtMs, sizeBytes: undefined };
    else if (reason !== 'upload_gone') throw error;
  }
}

export async function* listUploads(ask: Ask, { name, prefix }: BucketRef): AsyncGenerator<UnfinishedUpload> {
  let from: Record<string, string> = {};
  for (;;) {
    const xml = await ask(name, { ...from, 'max-uploads': '1000', prefix, uploads: '' });
    for (const [, upload = ''] of xml.matchAll(/<Upload>(.*?)<\/Upload>/gs)) yield* sized(ask, name, upload);
    const next = member(xml, 'NextKeyMarker');
    if (member(xml, 'IsTruncated') !== 'true' || next === '') return;
    from = { 'key-marker': next, 'upload-id-marker': member(xml, 'NextUploadIdMarker') };
  }
}
