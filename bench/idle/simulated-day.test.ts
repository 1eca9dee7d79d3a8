import { describe, expect, it } from 'vitest';
import { wakeupsOf } from './simulated-day.ts';

const progressEverySeconds = 10;
const at = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60 + seconds;
};

describe('a simulated day', () => {
  it('without policies has only the hourly sweep, the daily look for leftovers and the usage as wake-ups', () => {
    const day = wakeupsOf({ policies: 0, backupSeconds: [60], progressEverySeconds });
    expect(day['policy-tick']).toHaveLength(24);
    expect(day['backup']).toEqual([at('3:17')]);
    expect(day['restore']).toEqual([at('3:17')]);
    expect(day['b2-usage']).toHaveLength(4);
  });

  it('wakes a backup at its request, its snapshot, its progress and its end, and sweeps until no operation is open', () => {
    const {
      backup = [],
      restore,
      'policy-tick': tick = [],
    } = wakeupsOf({
      policies: 1,
      backupSeconds: [240],
      progressEverySeconds,
    });
    // Request, snapshot, 24 times progress and the end; two busy sweeps; after the last, and once a day, a look for leftovers.
    expect(backup).toHaveLength(1 + 1 + 24 + 1 + 2 + 2);
    expect(restore).toEqual([at('1:06'), at('3:17')]);
    expect(tick).toHaveLength(24 + 1 + 2 + 1);
  });

  it('takes the lengths in turn, and keeps the busy sweep while the next backup has begun', () => {
    const { restore } = wakeupsOf({ policies: 2, backupSeconds: [60, 1200], progressEverySeconds });
    expect(restore).toEqual([at('1:02'), at('1:32'), at('3:17')]);
  });

  it('begins again from the first minute when the night is full', () => {
    const { backup = [] } = wakeupsOf({ policies: 31, backupSeconds: [60], progressEverySeconds });
    expect(backup.filter((one) => one === at('1:00'))).toHaveLength(2);
  });
});
