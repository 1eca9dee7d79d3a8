import { describe, expect, it } from 'vitest';
import type { MeshActivity } from './mesh/activity.ts';
import { describeActivity } from './describe-activity.ts';

const at = new Date('2026-08-20T02:00:01.234Z');
const plain = { hasColour: false };
const event = { type: 'dev.soteria.backup.completed.v1', source: '/soteria/backup', id: '1', subject: 'sample/notes' };

const lines: readonly [MeshActivity, string | undefined][] = [
  [{ kind: 'woke', service: 'backup', ms: 120 }, '02:00:01.234 ☀ backup woke up in 120 ms'],
  [{ kind: 'slept', service: 'backup' }, '02:00:01.234 ☾ backup went to sleep'],
  [{ kind: 'event', broker: 'default', ...event }, '02:00:01.234 ✉ dev.soteria.backup.completed.v1  sample/notes'],
  [{ kind: 'event', broker: 'default', ...event, type: 'dev.knative.apiserver.ref.add' }, undefined],
  [
    {
      kind: 'source-event',
      apiServerSource: 'soteria-watch',
      status: 202,
      ...event,
      type: 'dev.knative.apiserver.ref.update',
      subject: '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/backups/b1',
    },
    '02:00:01.234 · update backups/b1',
  ],
  [
    {
      kind: 'source-event',
      apiServerSource: 'soteria-watch',
      status: 202,
      ...event,
      type: 'dev.knative.apiserver.ref.delete',
      subject: '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/backups/b1',
    },
    '02:00:01.234 · no longer watched: backups/b1',
  ],
  [
    {
      kind: 'log',
      service: 'backup',
      stream: 'stdout',
      line: '{"level":"info","event":"operation_ended","operation":"soteria-backup-notes-1","phase":"Failed","progress":30,"code":"backup_failed"}',
    },
    '02:00:01.234 ■ soteria-backup-notes-1 Failed 30 % (backup_failed)',
  ],
  [{ kind: 'log', service: 'backup', stream: 'stdout', line: '{"level":"info","event":"http_request"}' }, undefined],
  [
    { kind: 'log', service: 'backup', stream: 'stderr', line: 'Segmentation fault' },
    '02:00:01.234 ! backup: Segmentation fault',
  ],
];

describe('the live view', () => {
  it.each(lines)('shows %j', (activity, expected) => {
    expect(describeActivity(activity, at, plain)).toBe(expected);
  });

  it('is coloured when asked', () => {
    expect(describeActivity({ kind: 'slept', service: 'backup' }, at, { hasColour: true })).toContain('\u001B[34m');
  });
});
