import { describe, expect, it } from 'vitest';
import { firstTraceparent, newTraceparent, traceIdOf } from './trace-context.ts';

const good = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('trace context', () => {
  it.each([
    ['the header first', [good, '00-11111111111111111111111111111111-2222222222222222-00'], good],
    ['the attribute when the header is not valid', ['nonsense', good], good],
    ['nothing when both are missing', [undefined, undefined], undefined],
    ['no trace id of zeros', [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`], undefined],
    ['no version ff', [good.replace('00-', 'ff-')], undefined],
  ])('takes %s', (_title, candidates, expected) => {
    expect(firstTraceparent(...candidates)).toBe(expected);
  });

  it('begins a trace that others can read', () => {
    const [one, other] = [newTraceparent(), newTraceparent()];
    expect(firstTraceparent(one)).toBe(one);
    expect(traceIdOf(one)).not.toBe(traceIdOf(other));
    expect(newTraceparent(() => '01234567-89ab-4def-8123-456789abcdef')).toBe(
      '00-0123456789ab4def8123456789abcdef-0123456789abcdef-00',
    );
  });
});
