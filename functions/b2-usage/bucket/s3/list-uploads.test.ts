import { describe, expect, it } from 'vitest';
import { bucketRefused, type RefusalReason } from '../bucket-errors.ts';
import { listUploads } from './list-uploads.ts';

const upload = (key: string, id: string) =>
  `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>2026-01-31T01:30:01.000Z</Initiated></Upload>`;
const parts = (sizes: readonly number[], more = '') =>
  `<ListPartsResult>${more}${sizes.map((size) => `<Part><Size>${size}</Size></Part>`).join('')}</ListPartsResult>`;

function list(answerParts: (id: string, marker: string | undefined) => string) {
  const pages = [
    `<R><IsTruncated>true</IsTruncated><NextKeyMarker>b &amp; c</NextKeyMarker><NextUploadIdMarker>2</NextUploadIdMarker>${upload('a', '1')}${upload('b &#38; c', '2')}</R>`,
    `<R><IsTruncated>false</IsTruncated>${upload('d/&lt;e&gt;', '3')}</R>`,
  ];
  const asked: string[] = [];
  const ask = (path: string, query: Readonly<Record<string, string>>): Promise<string> => {
    asked.push(`${path} ${query['key-marker'] ?? ''}`.trim());
    const { uploadId } = query;
    return Promise.resolve().then(() =>
      uploadId === undefined
        ? (pages[query['key-marker'] === undefined ? 0 : 1] ?? '')
        : answerParts(uploadId, query['part-number-marker']),
    );
  };
  return { asked, found: Array.fromAsync(listUploads(ask, { name: 'bucket', prefix: '' })) };
}

describe('uploads of S3', () => {
  it('are listed page by page, each with the bytes of all its parts', async () => {
    const { found, asked } = list((id, marker) => {
      const isFirst = id === '2' && marker === undefined;
      const more = '<IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>';
      return parts(isFirst ? [5, 6] : [7], isFirst ? more : '');
    });
    expect((await found).map(({ key, sizeBytes }) => [key, sizeBytes])).toEqual([
      ['a', 7],
      ['b & c', 18],
      ['d/<e>', 7],
    ]);
    expect(asked).toContain('bucket b & c');
    expect(asked).toContain('bucket/d/%3Ce%3E');
  });

  it.each<[string, RefusalReason, readonly (number | undefined)[]]>([
    ['is left out when it ends meanwhile', 'upload_gone', [7, 7]],
    ['is reported without its bytes when the key may not list its parts', 'forbidden', [7, undefined, 7]],
  ])('one of them %s', async (_title, reason, expected) => {
    const { found } = list((id) => {
      if (id === '2') throw bucketRefused(reason, 'its parts could not be listed');
      return parts([7]);
    });
    expect((await found).map(({ sizeBytes }) => sizeBytes)).toEqual(expected);
  });
});
