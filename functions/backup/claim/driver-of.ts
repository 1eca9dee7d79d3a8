/** Which driver an Operation has: the driver that has begun it, else the driver that its request means. Pure. */
import { defaultDriver } from '@soteria/shared/operation/kinds/drivers.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { BackupDriver, BackupDrivers } from '../../../drivers/backup/driver.ts';
import type { Rules } from '../../../drivers/backup/world.ts';

export function driverOf(
  drivers: BackupDrivers,
  { defaultDriver: meant = defaultDriver }: Pick<Rules, 'defaultDriver'>,
  { spec, status }: Pick<Operation, 'spec' | 'status'>,
): BackupDriver {
  const { work } = status ?? {};
  // Work without the name of a driver was begun by a version that had only this driver.
  const begunBy = work === undefined ? undefined : (work.driver ?? defaultDriver);
  // An operation whose driver is not here is refused before any driver is asked.
  return drivers[begunBy ?? spec.request.driver ?? meant] ?? drivers[defaultDriver];
}
