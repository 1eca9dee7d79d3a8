import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longhornName, operationName, timeFromName, timeInName, restoredVolumeName } from './names.ts';

const at = new Date('2026-01-31T01:30:01Z');

describe('operation names', () => {
  it('have the form of the first README', () => {
    expect(operationName('backup', 'llm-cache', at)).toBe('soteria-backup-llm-cache-20260131-013001');
  });

  it('give back the instant they hold', () => {
    expect(timeFromName(operationName('backup', 'data', at))).toEqual(at);
    expect(timeFromName(operationName('backup', 'data', at, 'ab12cd'))).toEqual(at);
    expect(timeFromName('soteria-backup-data-x7k2p')).toBeUndefined();
    expect(timeFromName('soteria-backup-data-20269931-013001')).toBeUndefined();
  });

  it('are DNS names of at most 63 characters for every claim name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/), (claim) => {
        const name = operationName('backup', claim, at);
        expect(name.length).toBeLessThanOrEqual(63);
        expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      }),
    );
  });

  it('tell apart long claims that differ only in the middle', () => {
    const first = `${'a'.repeat(120)}x${'b'.repeat(130)}`;
    const second = `${'a'.repeat(120)}y${'b'.repeat(130)}`;
    expect(operationName('backup', first, at)).not.toBe(operationName('backup', second, at));
  });
});

describe('Longhorn names', () => {
  const parts = { namespace: 'ai', claim: 'llm-cache', at, operationUid: 'uid-1', attempt: 1 };

  it('hold namespace, claim, instant and a hash of the operation', () => {
    expect(longhornName(parts)).toMatch(/^soteria-backup-ai-llm-cache-20260131-013001-[0-9a-f]{6}$/);
    expect(longhornName({ ...parts, attempt: 2 })).toMatch(/-r2$/);
  });

  it('differ for namespaces and claims that read alike when joined', () => {
    const first = longhornName({ ...parts, namespace: 'a-b', claim: 'c', operationUid: 'uid-1' });
    const second = longhornName({ ...parts, namespace: 'a', claim: 'b-c', operationUid: 'uid-2' });
    expect(first).not.toBe(second);
  });

  it('fit Longhorn for every claim name', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
        fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/),
        fc.integer({ min: 1, max: 99 }),
        (namespace, claim, attempt) => {
          const name = longhornName({ ...parts, namespace, claim, attempt });
          expect(name.length).toBeLessThanOrEqual(63);
          expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
        },
      ),
    );
  });
});

describe('the name of a restored volume', () => {
  it('has at most the 40 characters that Longhorn keeps, and tells operations apart', () => {
    expect(restoredVolumeName('data', 'uid-1')).toMatch(/^soteria-restore-data-[0-9a-f]{6}$/);
    expect(restoredVolumeName('data', 'uid-1')).not.toBe(restoredVolumeName('data', 'uid-2'));
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/), (claim) => {
        const name = restoredVolumeName(claim, 'uid-1');
        expect(name.length).toBeLessThanOrEqual(40);
        expect(name).toMatch(/^soteria-restore-[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      }),
    );
  });
});

describe('times in names', () => {
  it('are UTC to the second', () => {
    expect(timeInName(new Date('2026-12-31T23:59:59.999Z'))).toBe('20261231-235959');
  });
});
