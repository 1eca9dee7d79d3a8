import { backupTargets } from '@soteria/shared/longhorn/resource-types.ts';
import type { World } from './world.ts';

export async function isTargetAvailable(world: World, name: string): Promise<boolean> {
  if (world.faults.targetUnavailable !== undefined) return false;
  const target = await world.client.get(backupTargets, { name, namespace: world.namespace }, world);
  return target?.status?.available === true;
}
