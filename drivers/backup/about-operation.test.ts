import { describe, expect, it } from 'vitest';
import { refusedBecause } from './about-operation.ts';
import { operationWith } from '../longhorn/backup/fixtures.ts';

describe('a request that names no driver', () => {
  it('means the default, through every door', () => {
    expect(refusedBecause.requestMisfit(operationWith(), 'longhorn')).toBeUndefined();
    expect(refusedBecause.requestMisfit(operationWith(), 'longhorn', 'restic')?.code).toBe('driver_unavailable');
    const named = operationWith({ request: { pvc: 'data', driver: 'longhorn' } });
    expect(refusedBecause.requestMisfit(named, 'longhorn', 'restic')).toBeUndefined();
  });
});
