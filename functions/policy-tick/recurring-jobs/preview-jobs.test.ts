import { type RecurringJob, recurringJobs } from '@soteria/shared/longhorn/recurring-jobs.ts';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';
import { describe, expect, it } from 'vitest';
import type { VolumeOfClaim } from './jobs-of-volume.ts';
import { type JobsSeen, previewJobs } from './preview-jobs.ts';

function job(name: string, spec: object = {}): RecurringJob {
  const all = { name, task: 'backup', cron: '0 22 * * *', retain: 7, concurrency: 2, groups: [], ...spec };
  const metadata = { name, namespace: 'longhorn-system', uid: name, resourceVersion: '1', creationTimestamp: '' };
  return recurringJobs.parse({ apiVersion: 'longhorn.io/v1beta2', kind: 'RecurringJob', metadata, spec: all });
}

function volume(pvc: string, volumeLabels: Record<string, string> = {}, more: Partial<VolumeOfClaim> = {}) {
  return { namespace: 'shop', pvc, claimLabels: {}, volume: `pv-${pvc}`, volumeLabels, isDetached: false, ...more };
}

const ofJob = (name: string) => ({ [`recurring-job.longhorn.io/${name}`]: 'enabled' });
const ofGroup = (name: string) => ({ [`recurring-job-group.longhorn.io/${name}`]: 'enabled' });

function preview(jobs: readonly RecurringJob[], volumes: readonly VolumeOfClaim[], more: Partial<JobsSeen> = {}) {
  return previewJobs({ jobs, volumes, mayAttach: true, policyIds: new Set(), ...more }).items;
}
const codes = (item: { warnings: readonly { code: string }[] } | undefined) => item?.warnings.map(({ code }) => code);

describe('the policy of a recurring job', () => {
  it('does what the job does: schedule, kept backups, full ones, how many at once', () => {
    const [item] = preview(
      [job('nightly', { parameters: { 'full-backup-interval': '7' } })],
      [volume('data', ofJob('nightly'))],
    );
    expect(item?.policies).toEqual([
      {
        id: 'nightly',
        claims: ['shop/data'],
        schedule: '0 22 * * *',
        timeZone: 'UTC',
        retention: { keepLast: 7 },
        concurrency: 2,
        mode: 'full every 7',
      },
    ]);
    expect(policySchema.safeParse(item?.policies[0]).success).toBe(true);
  });

  it.each([
    ['720h', { keepWithin: '720h' }],
    ['30d', { keepWithin: '720h' }],
  ])('keeps by age when the job does (%s), and unknown fields are accepted', (retainAge, retention) => {
    const spec = { retentionPolicy: 'age-based', retainAge, somethingNew: { a: 1 } };
    const [item] = preview([job('nightly', spec)], [volume('data', ofJob('nightly'))]);
    expect(item?.policies[0]?.retention).toEqual(retention);
  });

  it('keeps everything when the age is not understood, and says so', () => {
    const spec = { retentionPolicy: 'age-based', retainAge: 'a while' };
    const [item] = preview([job('nightly', spec)], [volume('data', ofJob('nightly'))]);
    expect(item?.policies[0]).not.toHaveProperty('retention');
    expect(codes(item)).toContain('not_translated');
  });

  it('is none for a job without backups, without claims, or with a schedule that cannot be read', () => {
    const jobs = [
      job('a', { task: 'snapshot' }),
      job('b'),
      job('c', { cron: '@every 5m' }),
      job('d', { cron: '@daily' }),
    ];
    const items = preview(jobs, [volume('data', { ...ofJob('a'), ...ofJob('c'), ...ofJob('d') })]);
    expect(items.map(({ why_no_policy: why }) => why)).toEqual([
      expect.stringContaining('snapshot makes no backup'),
      expect.stringContaining('takes no volume'),
      expect.stringContaining('schedule'),
      null,
    ]);
    expect(items[3]?.policies[0]?.schedule).toBe('0 0 * * *');
  });

  it('is none for a job without a task, a schedule or a spec, which hides no other job', () => {
    const bare = (name: string, spec?: object) =>
      recurringJobs.parse({
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'RecurringJob',
        metadata: { name, namespace: 'longhorn-system' },
        ...(spec === undefined ? {} : { spec }),
      });
    const jobs = [bare('a'), bare('b', { task: 'backup' }), job('nightly')];
    const items = preview(jobs, [volume('data', { ...ofJob('a'), ...ofJob('b'), ...ofJob('nightly') })]);
    expect(items.map(({ why_no_policy: why }) => why)).toEqual([
      expect.stringContaining('(none) makes no backup'),
      expect.stringContaining('schedule'),
      null,
    ]);
  });

  it('is more than one for more claims than one policy takes', () => {
    const many = Array.from({ length: 1001 }, (_none, index) => volume(`data-${index}`, ofJob('nightly')));
    const [item] = preview([job('nightly')], many);
    expect(item?.policies.map(({ id, claims }) => [id, claims?.length])).toEqual([
      ['nightly', 1000],
      ['nightly-2', 1],
    ]);
    expect([item?.claim_count, item?.claims.length]).toEqual([1001, 1000]);
  });
});

describe('the claims of a recurring job', () => {
  const stops = (items: ReturnType<typeof preview>) =>
    items.flatMap(({ job: of, claims }) => claims.map(({ pvc, because, stop }) => ({ of, pvc, because, stop })));

  it('are found by the label of the job and by groups, on the volume or on a claim that is the source of labels', () => {
    const jobs = [job('nightly', { groups: ['gold'] }), job('weekly', { groups: ['gold'] })];
    const source = { 'recurring-job.longhorn.io/source': 'enabled', ...ofJob('nightly') };
    const volumes = [
      volume('a', ofJob('nightly')),
      volume('b', ofGroup('gold')),
      volume('c', {}, { claimLabels: source }),
    ];
    expect(
      stops(preview(jobs, volumes)).map(({ of, pvc, because, stop }) => [
        of,
        pvc,
        because,
        stop.command,
        stop.also_stops,
      ]),
    ).toEqual([
      [
        'nightly',
        'a',
        'the label of the job',
        'kubectl -n longhorn-system label volumes.longhorn.io pv-a recurring-job.longhorn.io/nightly-',
        [],
      ],
      [
        'nightly',
        'b',
        'the group gold',
        'kubectl -n longhorn-system label volumes.longhorn.io pv-b recurring-job-group.longhorn.io/gold-',
        ['weekly'],
      ],
      ['nightly', 'c', 'the label of the job', 'kubectl -n shop label pvc c recurring-job.longhorn.io/nightly-', []],
      ['weekly', 'b', 'the group gold', expect.any(String), ['nightly']],
    ]);
  });

  it('stop with all the labels by which the job takes them: with one left it would go on', () => {
    const jobs = [
      job('nightly', { groups: ['gold', 'silver', 'bronze'] }),
      job('weekly', { groups: ['gold'] }),
      job('yearly', { groups: ['gold', 'iron'] }),
    ];
    const labels = { ...ofJob('nightly'), ...ofGroup('gold'), ...ofGroup('silver'), ...ofGroup('iron') };
    const [nightly] = stops(preview(jobs, [volume('a', labels)]));
    expect(nightly?.stop).toMatchObject({
      remove_labels: [
        'recurring-job.longhorn.io/nightly',
        'recurring-job-group.longhorn.io/gold',
        'recurring-job-group.longhorn.io/silver',
      ],
      command:
        'kubectl -n longhorn-system label volumes.longhorn.io pv-a recurring-job.longhorn.io/nightly- recurring-job-group.longhorn.io/gold- recurring-job-group.longhorn.io/silver-',
      also_stops: ['weekly'],
      then_default_group: false,
    });
  });

  it('without any label are in the group default, which only the job can leave', () => {
    const items = preview(
      [job('nightly', { groups: ['default', 'gold'] })],
      [volume('a'), volume('b', ofJob('other'))],
    );
    expect(stops(items)).toMatchObject([
      {
        pvc: 'a',
        because: 'the group default',
        stop: {
          object: 'RecurringJob longhorn-system/nightly',
          remove_labels: [],
          command: `kubectl -n longhorn-system patch recurringjobs.longhorn.io nightly --type=merge -p '{"spec":{"groups":["gold"]}}'`,
        },
      },
    ]);
  });

  it('stop with a change of the job as well when their last label goes and the job is of the group default', () => {
    const jobs = [job('nightly', { groups: ['default', 'gold'] })];
    const volumes = [volume('a', ofGroup('gold')), volume('b', ofGroup('default')), volume('c', ofJob('nightly'))];
    expect(stops(preview(jobs, [...volumes, volume('d', { ...ofGroup('default'), ...ofJob('other') })]))).toMatchObject(
      [
        {
          stop: {
            object: 'Volume longhorn-system/pv-a, RecurringJob longhorn-system/nightly',
            remove_labels: ['recurring-job-group.longhorn.io/gold'],
            command: expect.stringMatching(/gold- && kubectl .* patch recurringjobs/),
            then_default_group: false,
          },
        },
        { stop: { object: 'RecurringJob longhorn-system/nightly', remove_labels: [] } },
        { stop: { remove_labels: ['recurring-job.longhorn.io/nightly'], command: expect.stringContaining(' && ') } },
        { stop: { object: 'Volume longhorn-system/pv-d', remove_labels: ['recurring-job-group.longhorn.io/default'] } },
      ],
    );
  });

  it('fall into the group default with their last label', () => {
    const jobs = [job('nightly'), job('all', { groups: ['default'] })];
    const [nightly] = preview(jobs, [
      volume('a', ofJob('nightly')),
      volume('b', { ...ofJob('nightly'), ...ofJob('x') }),
    ]);
    expect(nightly?.claims.map(({ stop }) => stop.then_default_group)).toEqual([true, false]);
  });
});

describe('the warnings about a recurring job', () => {
  it.each([
    ['snapshot-delete', ['deletes_needed_snapshots']],
    ['snapshot-cleanup', ['deletes_needed_snapshots']],
    ['filesystem-trim', []],
    ['backup', ['no_time_zone', 'success_says_nothing', 'old_backups_stay']],
    ['backup-force-create', ['no_time_zone', 'success_says_nothing', 'old_backups_stay']],
  ])('of the task %s', (task, expected) => {
    expect(codes(preview([job('nightly', { task })], [volume('a', ofJob('nightly'))])[0])).toEqual(expected);
  });

  it('say how many volumes it skips because they are detached, and that an id is taken', () => {
    const volumes = [volume('a', ofJob('nightly')), volume('b', ofJob('nightly'), { isDetached: true })];
    const [item] = preview([job('nightly')], volumes, { mayAttach: false, policyIds: new Set(['nightly']) });
    expect(item?.warnings.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('1 of its 2 volumes are detached'),
        expect.stringContaining('already'),
      ]),
    );
  });
});
