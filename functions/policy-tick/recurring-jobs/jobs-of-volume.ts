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
  /** All of them: while the volume keeps one of them, the job goes on. Empty: the group default is taken off the job. */
  readonly removeLabels: readonly string[];
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

/** The labels by which the job takes the volume. */
function labelsOfJob(labels: Labels, { metadata, spec }: RecurringJob): string[] {
  const all = [
    `${jobLabelPrefix}${metadata.name}`,
    ...(spec.groups ?? []).map((one) => `${jobGroupLabelPrefix}${one}`),
  ];
  return [...new Set(all)].filter((key) => isOn(labels, key));
}

function isUnlabelledWithout(labels: Labels, removed: readonly string[]): boolean {
  return isUnlabelled(Object.fromEntries(Object.entries(labels).filter(([key]) => !removed.includes(key))));
}

function leaveDefaultGroup({ metadata, spec }: RecurringJob): Pick<StopJob, 'object' | 'command'> {
  const { name, namespace = '' } = metadata;
  const patch = JSON.stringify({ spec: { groups: (spec.groups ?? []).filter((group) => group !== defaultJobGroup) } });
  return {
    object: `RecurringJob ${namespace}/${name}`,
    command: `kubectl -n ${namespace} patch recurringjobs.longhorn.io ${name} --type=merge -p '${patch}'`,
  };
}

function removeFrom(of: VolumeOfClaim, job: RecurringJob, labels: readonly string[]): Omit<StopJob, 'removeLabels'> {
  const longhorn = job.metadata.namespace ?? '';
  const removals = labels.map((key) => `${key}-`).join(' ');
  return isOn(of.claimLabels, jobSourceLabel)
    ? {
        object: `PersistentVolumeClaim ${of.namespace}/${of.pvc}`,
        command: `kubectl -n ${of.namespace} label pvc ${of.pvc} ${removals}`,
      }
    : {
        object: `Volume ${longhorn}/${of.volume}`,
        command: `kubectl -n ${longhorn} label volumes.longhorn.io ${of.volume} ${removals}`,
      };
}

/** `labels`: those by which the job takes the volume. */
function stopOf(of: VolumeOfClaim, job: RecurringJob, labels: readonly string[]): StopJob {
  const isOfDefault = job.spec.groups?.includes(defaultJobGroup) === true;
  if (!isOfDefault || !isUnlabelledWithout(labelsThatCount(of), labels)) {
    return { ...removeFrom(of, job, labels), removeLabels: labels };
  }
  // A volume whose last label goes is in the group "default" again: only the job itself can leave that group.
  const leave = leaveDefaultGroup(job);
  const removeLabels = labels.filter((key) => key !== `${jobGroupLabelPrefix}${defaultJobGroup}`);
  if (removeLabels.length === 0) return { ...leave, removeLabels };
  const { object, command } = removeFrom(of, job, removeLabels);
  return { object: `${object}, ${leave.object}`, command: `${command} && ${leave.command}`, removeLabels };
}

/** Undefined: the job does not take the volume. */
export function jobOnVolume(job: RecurringJob, of: VolumeOfClaim): JobOnVolume | undefined {
  const labels = labelsThatCount(of);
  const found = labelsOfJob(labels, job);
  const [first] = found;
  if (first === undefined) {
    const isDefault = job.spec.groups?.includes(defaultJobGroup) === true && isUnlabelled(labels);
    return isDefault ? { of, because: { group: defaultJobGroup }, stop: stopOf(of, job, []) } : undefined;
  }
  const because = first.startsWith(jobGroupLabelPrefix)
    ? { group: first.slice(jobGroupLabelPrefix.length) }
    : ('job' as const);
  return { of, because, stop: stopOf(of, job, found) };
}

/** Without its last label the volume falls into the group "default". */
export function fallsIntoDefault({ of, stop: { removeLabels } }: JobOnVolume): boolean {
  return removeLabels.length > 0 && isUnlabelledWithout(labelsThatCount(of), removeLabels);
}
