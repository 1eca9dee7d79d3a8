import { managedLabel, operationUidLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { describe, expect, it } from 'vitest';
import { decideOrphans } from './decide-orphans.ts';
import { backupWith, snapshotWith } from './fixtures.ts';

const uid = 'uid-of-operation';
const there = { isTargetAvailable: true };
const marks = { [managedLabel]: 'true', [watchLabel]: 'backup', [operationUidLabel]: uid };

describe('objects whose Operation was deleted', () => {
  it('are removed while they are no restore point', () => {
    const found = {
      ...there,
      uid,
      snapshot: snapshotWith({ marks }),
      backup: backupWith({ marks, state: 'InProgress' }),
    };
    expect(decideOrphans(found).map((action) => action.do)).toEqual(['delete-backup', 'delete-snapshot']);
    expect(decideOrphans({ ...found, backup: undefined }).map((action) => action.do)).toEqual(['delete-snapshot']);
  });

  it('stay while the target is away: only the object would go, and come back from the target without its marks', () => {
    const backup = backupWith({ marks, state: 'Error' });
    expect(decideOrphans({ isTargetAvailable: false, uid, snapshot: undefined, backup })).toEqual([]);
  });

  it('stay, no longer watched, when the backup is Completed', () => {
    const found = { ...there, uid, snapshot: snapshotWith({ marks }), backup: backupWith({ marks }) };
    expect(decideOrphans(found).map((action) => action.do)).toEqual(['unwatch-backup', 'unwatch-snapshot']);
  });

  it('are left alone when others made them, or when they are going already', () => {
    const ofOthers = { snapshot: snapshotWith({}), backup: backupWith({ state: 'InProgress' }) };
    expect(decideOrphans({ ...there, uid, ...ofOthers })).toEqual([]);
    const going = { snapshot: snapshotWith({ marks, isDeleting: true }), backup: undefined };
    expect(decideOrphans({ ...there, uid, ...going })).toEqual([]);
    const { [watchLabel]: _watch, ...unwatched } = marks;
    expect(decideOrphans({ ...there, uid, snapshot: snapshotWith({ marks: unwatched }), backup: undefined })).toEqual(
      [],
    );
    expect(decideOrphans({ ...there, uid: 'another', snapshot: snapshotWith({ marks }), backup: undefined })).toEqual(
      [],
    );
  });
});
