import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotXml, scanXml, textOf } from './scan-xml.ts';

type Seen = readonly (readonly ['open' | 'close', string])[];

async function scan(text: string, sizes: readonly number[]): Promise<Seen> {
  const seen: (readonly ['open' | 'close', string])[] = [];
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      // As on a network: the memory of a chunk is reused when the next chunk comes.
      const chunk = Buffer.from(bytes.subarray(at, at + size));
      yield chunk;
      chunk.fill(0);
      at += size;
    }
  }
  await scanXml(chunks(), {
    open: (b, start, end) => void seen.push(['open', b.toString('utf8', start, end)]),
    close: (b, start, end) => void seen.push(['close', textOf(b, start, end)]),
  });
  return seen;
}

const escaped = (text: string, how: number): string =>
  Array.from(text)
    .map((one, index) => {
      const code = one.codePointAt(0) ?? 0;
      const must = /[&<>"']/.test(one);
      if (!must && (how + index) % 3 !== 0) return one;
      return (how + index) % 2 === 0 ? `&#${code};` : `&#x${code.toString(16)};`;
    })
    .join('');

describe('XML as it arrives', () => {
  it('reads the same, whatever its chunks, its characters and their encoding', async () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom('&', '<', '>', '"', "'", '/', '!'), fc.string({ unit: 'binary', maxLength: 1 })))
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        fc.nat(6),
        async (texts, sizes, how) => {
          const whole = `<?xml version="1.0"?><a x="y">${texts.map((one) => `<b>${escaped(one, how)}</b>`).join('\n')}<c/></a>`;
          const seen = await scan(whole, sizes);
          expect(seen.filter(([what]) => what === 'close').map(([, value]) => value)).toEqual([...texts, '', '']);
          expect(seen.filter(([what]) => what === 'open').map(([, name]) => name)).toEqual([
            'a',
            ...texts.map(() => 'b'),
            'c',
          ]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may hold a declaration, a comment and an unknown entity', async () => {
    const seen = await scan('<!DOCTYPE a><a><!-- note --><b>&eacute;&#x110000;</b></a>', [7]);
    expect(seen).toEqual([
      ['open', 'a'],
      ['open', 'b'],
      ['close', '&eacute;&#x110000;'],
      ['close', ''],
    ]);
  });

  it.each([
    ['CDATA, which it would misread', '<a><![CDATA[x]]></a>'],
    ['an element without end', `<a><b>${'x'.repeat(70_000)}`],
  ])('is refused with %s', async (_title, text) => {
    await expect(scan(text, [1000])).rejects.toThrow(NotXml);
  });
});
