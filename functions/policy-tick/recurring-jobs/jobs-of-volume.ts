/** Which recurring jobs take a volume, and what stops each of them for it. Pure. */
import {
  defaultJobGroup,
  jobGroupLabelPrefix,
  jobLabelPrefix,
  jobSourceLabel,
  type RecurringJob,
} from '@soteria/shared/longhorn/recurring-jobs.ts';

type Labels = Readonly<Record<string, string>>;

export interface VolumeOfClaim {
  readonly namespace: string;
  readonly pvc: string;
  readonly claimLabels: Labels;
  readonly volume: string;
  /** Of Longhorn's Volume. */
  readonly volumeLabels: Labels;
  readonly isDetached: boolean;
}

export interface JobOnVolume {
  readonly of: VolumeOfClaim;
  /** `job`: its own label; else the name of the group. */
  readonly because: 'job' | { readonly group: string };
  readonly stop: StopJob;
}

export interface StopJob {
  /** `PersistentVolumeClaim shop/data`, `Volume longhorn-system/pvc-1`, `RecurringJob longhorn-system/nightly`. */
  readonly object: string;
  /** Left out: the group is taken off the job. */
  readonly removeLabel?: string;
  readonly command: string;
}

const isOn = (labels: Labels, key: string): boolean => labels[key] === 'enabled';

/** Where the labels stand that count: on the claim when it is their source, else on the Volume. */
function labelsThatCount({ claimLabels, volumeLabels }: VolumeOfClaim): Labels {
  return isOn(claimLabels, jobSourceLabel) ? claimLabels : volumeLabels;
}

function isUnlabelled(labels: Labels): boolean {
  return !Object.keys(labels).some(
    (key) => key !== jobSourceLabel && (key.startsWith(jobLabelPrefix) || key.startsWith(jobGroupLabelPrefix)),
  );
}

function groupOf(labels: Labels, groups: readonly string[]): string | undefined {
  const labelled = groups.find((group) => isOn(labels, `${jobGroupLabelPrefix}${group}`));
  if (labelled !== undefined) return labelled;
  return groups.includes(defaultJobGroup) && isUnlabelled(labels) ? defaultJobGroup : undefined;
}

function stopOf(of: VolumeOfClaim, job: RecurringJob, because: JobOnVolume['because']): StopJob {
  const longhorn = job.metadata.namespace ?? '';
  const name = job.metadata.name;
  // A volume whose last label goes is in the group "default" again: only the job itself can leave that group.
  if (because !== 'job' && because.group === defaultJobGroup) {
    const groups = (job.spec.groups ?? []).filter((group) => group !== defaultJobGroup);
    const patch = JSON.stringify({ spec: { groups } });
    return {
      object: `RecurringJob ${longhorn}/${name}`,
      command: `kubectl -n ${longhorn} patch recurringjobs.longhorn.io ${name} --type=merge -p '${patch}'`,
    };
  }
  const removeLabel = because === 'job' ? `${jobLabelPrefix}${name}` : `${jobGroupLabelPrefix}${because.group}`;
  return isOn(of.claimLabels, jobSourceLabel)
    ? {
        object: `PersistentVolumeClaim ${of.namespace}/${of.pvc}`,
        removeLabel,
        command: `kubectl -n ${of.namespace} label pvc ${of.pvc} ${removeLabel}-`,
      }
    : {
        object: `Volume ${longhorn}/${of.volume}`,
        removeLabel,
        command: `kubectl -n ${longhorn} label volumes.longhorn.io ${of.volume} ${removeLabel}-`,
      };
}

/** Undefined: the job does not take the volume. */
export function jobOnVolume(job: RecurringJob, of: VolumeOfClaim): JobOnVolume | undefined {
  const labels = labelsThatCount(of);
  if (isOn(labels, `${jobLabelPrefix}${job.metadata.name}`))
    return { of, because: 'job', stop: stopOf(of, job, 'job') };
  const group = groupOf(labels, job.spec.groups ?? []);
  return group === undefined ? undefined : { of, because: { group }, stop: stopOf(of, job, { group }) };
}

/** Without its last label the volume falls into the group "default". */
export function fallsIntoDefault({ of, stop }: JobOnVolume): boolean {
  if (stop.removeLabel === undefined) return false;
  const { [stop.removeLabel]: _removed, ...left } = labelsThatCount(of);
  return isUnlabelled(left);
}
