import { expect, test } from 'vitest';
import { parseGoDuration } from './go-duration.ts';

test.each([
  { text: '5m0s', ms: 300_000 },
  { text: '1h30m', ms: 5_400_000 },
  { text: '0s', ms: 0 },
  { text: '1.5s', ms: 1500 },
  { text: '250ms', ms: 250 },
  { text: '300', ms: 300_000 },
  { text: '', ms: undefined },
  { text: 'soon', ms: undefined },
  { text: '5m soon', ms: undefined },
])('$text is $ms ms', ({ text, ms }) => {
  expect(parseGoDuration(text)).toBe(ms);
});
