/** What a restore reads from: its backup target, and the image that its volume stands on. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { notRestored } from '../../restore/about-operation.ts';
import { isUnknownUrl } from './decide-reading.ts';
import { type LonghornShape, shapeClaim } from './shape-claim.ts';
import type { Place, World } from './world.ts';

/** Of the chosen point. */
export function shapeOfChosen({ spec }: Operation, { chosen }: World): LonghornShape | undefined {
  if (chosen === undefined || chosen instanceof SoteriaError) return undefined;
  const shape = shapeClaim(chosen.source, spec.request);
  return shape instanceof SoteriaError ? undefined : shape;
}

export function nextLook(operation: Operation, world: World): Place | undefined {
  const { chosen } = world;
  if (isUnknownUrl(operation, world) && world.targets === undefined) return 'targets';
  if (chosen === undefined || chosen instanceof SoteriaError) return undefined;
  if (world.target === undefined) return 'target';
  if (shapeOfChosen(operation, world)?.volume.backingImage === undefined) return undefined;
  if (world.backingImage === undefined) return 'backingImage';
  return world.backingImage.seen === undefined && world.imageBackup === undefined ? 'imageBackup' : undefined;
}

export function whyTargetNot(operation: Operation, { chosen, target }: World): SoteriaError | undefined {
  if (chosen === undefined || chosen instanceof SoteriaError) return undefined;
  if (target === undefined || target.seen?.isAvailable === true) return undefined;
  const name = chosen.source.backupTargetName ?? '';
  return new SoteriaError('target_unavailable', {
    what: notRestored(operation),
    why: `backup target ${name} is not available; Longhorn says: ${target.seen?.unavailableMessage ?? 'nothing'}`,
    fix: 'make it reachable with its credentials, wait for Longhorn’s next poll, then ask again',
  });
}
