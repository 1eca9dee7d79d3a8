/** Which driver an Operation has: the driver that its request names. Pure. */
import { defaultDriver, isDriverHere } from '@soteria/shared/operation/kinds/drivers.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { RestoreDriver, RestoreDrivers } from '../../../drivers/restore/driver.ts';

export function driverOf(drivers: RestoreDrivers, { spec: { request } }: Pick<Operation, 'spec'>): RestoreDriver {
  const name = request.driver ?? defaultDriver;
  // A driver that is not here is refused before any driver is asked.
  return drivers[isDriverHere(name) ? name : defaultDriver];
}
