/** Which driver an Operation has: the driver that has begun it, else the driver that its request means. Pure. */
import { defaultDriver, isDriverHere } from '@soteria/shared/operation/kinds/drivers.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { BackupDriver, BackupDrivers } from '../../../drivers/backup/driver.ts';
import type { Rules } from '../../../drivers/backup/world.ts';

export function driverOf(
  drivers: BackupDrivers,
  { defaultDriver: meant = defaultDriver }: Pick<Rules, 'defaultDriver'>,
  { spec, status }: Pick<Operation, 'spec' | 'status'>,
): BackupDriver {
  const begun = Object.values(drivers).find((driver) => driver.hasBegun(status?.work));
  const name = spec.request.driver ?? meant;
  // A driver that is not here is refused before any driver is asked.
  return begun ?? drivers[isDriverHere(name) ? name : defaultDriver];
}
