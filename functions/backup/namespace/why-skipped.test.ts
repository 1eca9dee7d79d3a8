import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { describe, expect, it } from 'vitest';
import { whyClaimSkipped } from './why-skipped.ts';

function claim(metadata: object, phase = 'Bound'): PersistentVolumeClaim {
  const spec = { volumeName: 'pv-1' };
  return { metadata: { name: 'data', ...metadata }, spec, status: { phase } } as PersistentVolumeClaim;
}

describe('the backup of a namespace', () => {
  it.each([
    ['a claim', claim({}), undefined],
    ['a claim that opts out by label', claim({ labels: { 'soteria.dev/backup': 'false' } }), /label/],
    ['a claim that opts out by annotation', claim({ annotations: { 'soteria.dev/backup': 'false' } }), /annotation/],
    ['what a restore test has made', claim({ labels: { 'soteria.dev/temporary': 'true' } }), /a restore test/],
    ['a claim without a volume', claim({}, 'Pending'), /it is Pending/],
  ])('leaves out, or takes: %s', (_title, one, why) => {
    if (why === undefined) expect(whyClaimSkipped(one)).toBeUndefined();
    else expect(whyClaimSkipped(one)).toMatch(why);
  });
});
