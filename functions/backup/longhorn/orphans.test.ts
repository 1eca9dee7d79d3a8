import { managedLabel, watchLabel } from '@soteria/shared/operation/marks.ts';
import { describe, expect, it } from 'vitest';
import { decideOrphans } from './orphans.ts';
import { backupWith, snapshotWith } from './fixtures.ts';

const marks = { [managedLabel]: 'true', [watchLabel]: 'backup' };

describe('objects whose Operation was deleted', () => {
  it('are removed while they are no restore point', () => {
    const found = { snapshot: snapshotWith({ marks }), backup: backupWith({ marks, state: 'InProgress' }) };
    expect(decideOrphans(found).map((action) => action.do)).toEqual(['delete-backup', 'delete-snapshot']);
    expect(decideOrphans({ ...found, backup: undefined }).map((action) => action.do)).toEqual(['delete-snapshot']);
  });

  it('stay, no longer watched, when the backup is Completed', () => {
    const found = { snapshot: snapshotWith({ marks }), backup: backupWith({ marks }) };
    expect(decideOrphans(found).map((action) => action.do)).toEqual(['unwatch-backup', 'unwatch-snapshot']);
  });

  it('are left alone when others made them, or when they are going already', () => {
    expect(decideOrphans({ snapshot: snapshotWith({}), backup: backupWith({ state: 'InProgress' }) })).toEqual([]);
    const going = { snapshot: snapshotWith({ marks, isDeleting: true }), backup: undefined };
    expect(decideOrphans(going)).toEqual([]);
  });
});
