/** One look at the cluster: each answers what is now known. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { liveVolumeOf } from '@soteria/shared/longhorn/live-volume.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { Known as KnownOf } from '@soteria/shared/operation/engine/advance.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { commandJobName } from '@soteria/shared/verification/command-job.ts';
import { verificationJobName } from '@soteria/shared/verification/verification-job.ts';
import { type RestoredShape, shapeClaim } from '../new-claim/shape-claim.ts';
import { commandDraft, verifyDraft } from '../proof/proof-drafts.ts';
import { bytesToRead, noFileSystem, tooLargeToTest, whyNoJobs } from '../proof/why-no-test.ts';
import { withChosenPoint } from './choose-point.ts';
import type { Lookers } from './tools.ts';
import type { Place, World } from './world.ts';

type Known = KnownOf<World>;

/** The very backup that an id or a URL names is enough; only where it is not there, all others are needed, to tell which are near. */
async function readPoints(
  { backups }: Longhorn,
  { snapshot, backupUrl }: OperationRequest,
  signal?: AbortSignal,
): Promise<readonly Backup[]> {
  const found = await backups.find({ id: snapshot, url: backupUrl }, signal);
  return found === undefined ? backups.list({}, signal) : [found];
}

/** Of the chosen point. */
function shapeOf({ operation, world }: Known): RestoredShape | undefined {
  const { chosen: point } = world;
  if (point === undefined || point instanceof SoteriaError) return undefined;
  const shape = shapeClaim(point, operation.spec.request);
  return shape instanceof SoteriaError ? undefined : shape;
}

/** Both Jobs are tried, and not made. */
async function whyNoTest(
  { proofs, rules }: Lookers,
  { operation, world }: Known,
  signal?: AbortSignal,
): Promise<SoteriaError | undefined> {
  const { chosen: point } = world;
  const bytes = point === undefined || point instanceof SoteriaError ? 0n : bytesToRead(point);
  if (shapeOf({ operation, world })?.volumeMode === 'Block') return noFileSystem(operation);
  if (bytes > rules.maxTestBytesPerDay) return tooLargeToTest(operation, bytes, rules.maxTestBytesPerDay);
  for (const draft of [verifyDraft(operation, rules.runnerImage, undefined), commandDraft(operation)]) {
    const refusal = draft === undefined ? undefined : await proofs.whyNot(draft, signal);
    if (refusal !== undefined) return whyNoJobs(operation, refusal);
  }
  return undefined;
}

export async function lookAt(tools: Lookers, known: Known, place: Place, signal?: AbortSignal): Promise<World> {
  return withChosenPoint(known.operation, await lookAtPlace(tools, known, place, signal), place);
}

async function lookAtPlace(
  tools: Lookers,
  { operation, world }: Known,
  place: Place,
  signal?: AbortSignal,
): Promise<World> {
  const { work } = statusOf(operation);
  const { longhorn, restores, cluster, store } = tools;
  const made = claimRefOf(operation);
  const name = work?.volume ?? '';
  switch (place) {
    case 'claim':
      return { ...world, claim: { seen: await cluster.getClaim(made.namespace, made.pvc, signal) } };
    case 'persistentVolume':
      return { ...world, persistentVolume: { seen: await cluster.getPersistentVolume(name, signal) } };
    case 'volume':
      return { ...world, volume: { seen: await restores.getVolume(name, signal) } };
    case 'proof': {
      const seen = await tools.proofs.get(made.namespace, verificationJobName(operation.metadata.uid), signal);
      return { ...world, proof: { seen } };
    }
    case 'command': {
      const seen = await tools.proofs.get(made.namespace, commandJobName(operation.metadata.uid), signal);
      return { ...world, command: { seen } };
    }
    case 'noTest':
      return { ...world, noTest: { seen: await whyNoTest(tools, { operation, world }, signal) } };
    case 'earlier': {
      const { namespace, pvc } = sourceRefOf(operation);
      return { ...world, earlier: { seen: await tools.verified.proofOf(namespace, pvc, signal) } };
    }
    case 'progress':
      return { ...world, progress: { seen: await restores.getProgress(name, signal) } };
    case 'restoreErrors':
      return { ...world, restoreErrors: { seen: await restores.getRestoreErrors(name, signal) } };
    case 'peers':
      return { ...world, peers: { seen: await store.listOfClaim(made.namespace, made.pvc, signal) } };
    case 'points':
      return { ...world, points: { seen: await readPoints(longhorn, operation.spec.request, signal) } };
    case 'targets':
      return { ...world, targets: { seen: await longhorn.listTargets(signal) } };
    case 'ownClusters':
      return { ...world, ownClusters: { seen: await cluster.ownClusters(signal) } };
    case 'liveVolume':
      return { ...world, liveVolume: { seen: await liveVolumeOf(cluster, sourceRefOf(operation), signal) } };
    case 'backup':
      return { ...world, backup: { seen: await longhorn.backups.get(work?.backup ?? '', signal) } };
    case 'running': {
      const running = await store.list({ fieldSelector: 'status.phase=Running' }, signal);
      return { ...world, running: { seen: running.map(({ metadata }) => metadata.uid) } };
    }
    case 'target': {
      // Once it runs, the record says which one it is.
      const point = work?.backupTarget === undefined ? world.chosen : undefined;
      const target = work?.backupTarget ?? (point instanceof SoteriaError ? undefined : point?.backupTargetName);
      return { ...world, target: { seen: await longhorn.getTarget(target ?? '', signal) } };
    }
    case 'backingImage': {
      const image = shapeOf({ operation, world })?.volume.backingImage;
      return { ...world, backingImage: { seen: await tools.images.get(image ?? '', signal) } };
    }
    case 'imageBackup': {
      const image = shapeOf({ operation, world })?.volume.backingImage ?? '';
      const { chosen: point } = world;
      const target = point instanceof SoteriaError ? undefined : point?.backupTargetName;
      return { ...world, imageBackup: { seen: await tools.images.findBackup(image, target ?? '', signal) } };
    }
    case 'rooms':
      return { ...world, rooms: { seen: await tools.rooms.list(signal) } };
    case 'storageClass': {
      const name = shapeOf({ operation, world })?.storageClassName ?? '';
      return { ...world, storageClass: { seen: await tools.claims.mayGrow(name, signal) } };
    }
  }
}
