/** The policies that are equal to Longhorn's recurring jobs, claim by claim, and what each job does not say of itself. Pure. */
import type { RecurringJobsAnswer } from '@soteria/shared/http-contract/recurring-jobs-answer.ts';
import { defaultJobGroup, type RecurringJob } from '@soteria/shared/longhorn/recurring-jobs.ts';
import { fallsIntoDefault, type JobOnVolume, jobOnVolume, type VolumeOfClaim } from './jobs-of-volume.ts';
import { isBackupJob, translateJob } from './translate-job.ts';

type Answer = Omit<RecurringJobsAnswer, 'paused'>;
type Item = Answer['items'][number];
type Warning = Item['warnings'][number];

/** Claims that an answer lists of one job; the policy names all of them. */
const maxListed = 1000;

export interface JobsSeen {
  readonly jobs: readonly RecurringJob[];
  readonly volumes: readonly VolumeOfClaim[];
  /** Longhorn's setting: a job attaches a detached volume. */
  readonly mayAttach: boolean;
  /** Ids of policies that are there already. */
  readonly policyIds: ReadonlySet<string>;
}

function claimOf({ of }: JobOnVolume): string {
  return `${of.namespace}/${of.pvc}`;
}

export function previewJobs(seen: JobsSeen): Answer {
  const taken = seen.jobs.map((job) => ({
    job,
    on: seen.volumes
      .flatMap((volume) => jobOnVolume(job, volume) ?? [])
      .toSorted((a, b) => (claimOf(a) < claimOf(b) ? -1 : 1)),
  }));
  const ofDefault = seen.jobs.filter(({ spec }) => spec.groups?.includes(defaultJobGroup) === true);
  return {
    items: taken.map(({ job, on }) => {
      const translated = translateJob(job, on.map(claimOf));
      return {
        job: job.metadata.name,
        task: job.spec.task,
        policies: translated.policies,
        why_no_policy: 'whyNone' in translated ? translated.whyNone : null,
        claim_count: on.length,
        claims: on.slice(0, maxListed).map((one) => ({
          namespace: one.of.namespace,
          pvc: one.of.pvc,
          volume: one.of.volume,
          because: one.because === 'job' ? 'the label of the job' : `the group ${one.because.group}`,
          detached: one.of.isDetached,
          stop: {
            object: one.stop.object,
            remove_labels: [...one.stop.removeLabels],
            command: one.stop.command,
            also_stops: alsoStopped(one, job, seen.jobs),
            then_default_group: fallsIntoDefault(one) && ofDefault.some((other) => other !== job),
          },
        })),
        warnings: [
          ...translated.notes.map((text) => ({ code: 'not_translated', text })),
          ...warningsOf(
            job,
            on,
            translated.policies.map(({ id }) => id),
            seen,
          ),
        ],
      };
    }),
  };
}

/** Other jobs that take the volume by none but these labels. */
function alsoStopped({ of, stop: { removeLabels } }: JobOnVolume, job: RecurringJob, jobs: readonly RecurringJob[]) {
  return jobs
    .filter((one) => {
      const labels = one === job ? [] : (jobOnVolume(one, of)?.stop.removeLabels ?? []);
      return labels.length > 0 && labels.every((label) => removeLabels.includes(label));
    })
    .map(({ metadata }) => metadata.name);
}

function warningsOf(
  job: RecurringJob,
  on: readonly JobOnVolume[],
  ids: readonly string[],
  { mayAttach, policyIds }: JobsSeen,
): Warning[] {
  const { name } = job.metadata;
  const { task } = job.spec;
  const detached = on.filter(({ of }) => of.isDetached).length;
  const warnings: (Warning | false)[] = [
    task === 'snapshot-delete' && {
      code: 'deletes_needed_snapshots',
      text: `The job ${name} deletes snapshots of all makers beyond its own retain, also the snapshot of the last backup: the next backup then reads the whole volume. Stop it, or raise its retain.`,
    },
    task === 'snapshot-cleanup' && {
      code: 'deletes_needed_snapshots',
      text: `The job ${name} removes the snapshots that Longhorn made by itself, whatever its retain says.`,
    },
    isBackupJob(job) && {
      code: 'no_time_zone',
      text: `The job ${name} has no time zone: it runs by the clock of kube-controller-manager, usually UTC. The policy says UTC; set timeZone if that clock differs.`,
    },
    isBackupJob(job) && {
      code: 'success_says_nothing',
      text: `A completed run of the job ${name} says nothing about a single volume: newer versions of Longhorn log a failed backup and complete the run. GET /v1/coverage says it for each claim.`,
    },
    !mayAttach && {
      code: 'skips_detached',
      text: `The job ${name} skips detached volumes in silence (setting allow-recurring-job-while-volume-detached is false); ${detached} of its ${on.length} volumes are detached now. A policy backs them up.`,
    },
    isBackupJob(job) &&
      Number(job.spec.parameters?.['full-backup-interval'] ?? 0) > 1 && {
        code: 'full_counted_by_job',
        text: `The job ${name} counts its runs to decide on a full backup, not the backups of a volume; the policy counts for each claim.`,
      },
    isBackupJob(job) && {
      code: 'old_backups_stay',
      text: `Backups that the job ${name} made stay when it stops: they count for freshness and can be restored, and no policy prunes them.`,
    },
    ids.some((id) => policyIds.has(id)) && {
      code: 'id_is_taken',
      text: `A policy with the id ${ids.find((id) => policyIds.has(id))} is there already: choose another id before you store this one.`,
    },
  ];
  return warnings.filter((one) => one !== false);
}
