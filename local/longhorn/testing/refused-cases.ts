/** The refusals of Longhorn's webhook, in its own words: checked on Longhorn's own webhook and on the local Longhorn, as `admitted-cases.ts` is. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupDraft } from '@soteria/shared/longhorn/port.ts';
import type { RestoreVolumeDraft } from '@soteria/shared/longhorn/port-restore.ts';
import { backup, type Ports, really, restore, url } from './admission-world.ts';

export interface RefusedCase {
  readonly title: string;
  readonly act: (ports: Ports) => Promise<unknown>;
  readonly code: 'cluster_refused' | 'cluster_forbidden' | 'cluster_unavailable';
  readonly by: 'mutator' | 'validator';
  /** The text after "denied the request: ", to the end. */
  readonly words: string;
  /** The state of the installation that causes the refusal, by our table of refusals; left out: the request causes it. */
  readonly state?: string;
  /** The local Longhorn has no backing images. */
  readonly isOfImage?: boolean;
}

const refusedBackup = (
  title: string,
  more: Partial<BackupDraft>,
  rest: Pick<RefusedCase, 'words' | 'state'> & Partial<RefusedCase>,
): RefusedCase => ({
  title,
  act: ({ longhorn }) => longhorn.backups.create(backup('refused', more), really),
  code: 'cluster_refused',
  by: 'validator',
  ...rest,
});
const refusedVolume = (
  title: string,
  more: Partial<RestoreVolumeDraft>,
  rest: Pick<RefusedCase, 'words' | 'state'> & Partial<RefusedCase>,
): RefusedCase => ({
  title,
  act: ({ restores }) => restores.createVolume(restore('refused', more), really),
  code: 'cluster_refused',
  by: 'mutator',
  ...rest,
});

const isRead = 'the catalogue is being read';

export const refused: readonly RefusedCase[] = [
  {
    title: 'a snapshot of an unknown volume',
    act: ({ longhorn }) => longhorn.snapshots.create({ name: 'refused', volume: 'none', marks: {} }, really),
    code: 'cluster_refused',
    by: 'mutator',
    words: 'failed to get volume none: volume.longhorn.io "none" not found',
  },
  refusedBackup(
    'a backup to a target that is away',
    { backupTargetName: 'away' },
    {
      words: 'backup target away is not available',
      state: 'the backup target is away',
    },
  ),
  refusedBackup(
    'a backup to an unknown target',
    { backupTargetName: 'none' },
    {
      words: 'failed to get backup target none: backuptarget.longhorn.io "none" not found',
    },
  ),
  refusedBackup(
    'a backup to another target than its volume’s',
    { backupTargetName: 'far' },
    {
      words: 'volume backup target default and label backup target far does not match',
    },
  ),
  refusedBackup('a backup of an unknown snapshot', { snapshotName: 'none' }, { words: 'snapshot <nil> is invalid' }),
  refusedBackup(
    'a backup of another volume’s snapshot',
    { volume: 'other' },
    {
      words: 'snapshot volume name vol and label volume name other does not match',
    },
  ),
  refusedBackup(
    'a backup of an unknown volume',
    { volume: 'none' },
    {
      by: 'mutator',
      words:
        'failed to get backup block size from the volume none of backup refused: volume.longhorn.io "none" not found',
    },
  ),
  refusedBackup('a backup with a name of one character', { name: 'x' }, { words: 'invalid name x' }),
  refusedVolume(
    'a volume from an unknown backup',
    { fromBackup: url('none', 'vol') },
    {
      words: 'cannot get backup none: backup.longhorn.io "none" not found',
      state: isRead,
    },
  ),
  refusedVolume(
    'a volume from a backup that was not read yet',
    { fromBackup: url('unread', 'vol') },
    {
      words:
        'cannot get backup volume for backup target  and volume vol: backup target name and volume name cannot be empty',
      state: isRead,
    },
  ),
  refusedVolume(
    'a volume from a text that is not the URL of a backup',
    { fromBackup: 's3://bucket@region/' },
    {
      words: 'cannot get backup and volume name from backup URL s3://bucket@region/: invalid volume name parsed, got ',
    },
  ),
  refusedVolume(
    'a volume whose backing image does not exist',
    { fromBackup: url('imaged-one', 'imaged') },
    {
      words: 'failed to get backing image image: backingimage.longhorn.io "image" not found',
      state: 'the backing image is not there yet',
      isOfImage: true,
    },
  ),
  refusedVolume(
    'a volume whose backup volume lags behind its backup',
    { fromBackup: url('lagging-one', 'lagging') },
    {
      code: 'cluster_forbidden',
      words:
        "backup volume's backing image  does not match backup's backing image image. The backup volume resource is being updated and please retry later",
      state: isRead,
      isOfImage: true,
    },
  ),
  refusedVolume(
    'a volume of the data engine v2',
    { dataEngine: 'v2' },
    {
      code: 'cluster_forbidden',
      by: 'validator',
      words: 'v2-data-engine data engine is not enabled',
    },
  ),
  refusedVolume(
    'a volume of too many replicas',
    { numberOfReplicas: 21 },
    { by: 'validator', words: 'replica count value 21 must between 1 to 20' },
  ),
  refusedVolume('a volume with a name of one character', { name: 'x' }, { by: 'validator', words: 'invalid name x' }),
  refusedVolume(
    'a volume with a dot in its name',
    { name: 'a.b' },
    { by: 'validator', words: 'invalid volume name: [must not contain dots]' },
  ),
];

/** The refusal in the form of a refused case; in words when something else happened. */
export async function outcomeOf(act: Promise<unknown>): Promise<Partial<RefusedCase> | string> {
  const thrown = await act.then(
    () => 'admitted',
    (error: unknown) => error,
  );
  if (!(thrown instanceof SoteriaError)) return String(thrown);
  const { why } = thrown.explanation;
  const [, by, words] =
    /admission webhook "(mutator|validator)\.longhorn\.io" denied the request: (.*)$/s.exec(why) ?? [];
  if (by !== 'mutator' && by !== 'validator') return `${thrown.code}: ${why}`;
  return { code: thrown.code as RefusedCase['code'], by, words: words ?? '' };
}
