/** Which driver an Operation has: the driver that its request names, by itself or in the id of a restore point. Pure. */
import { defaultDriver } from '@soteria/shared/operation/kinds/drivers.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { RestoreDriver, RestoreDrivers } from '../../../drivers/restore/driver.ts';

export function driverOf(drivers: RestoreDrivers, { spec: { request } }: Pick<Operation, 'spec'>): RestoreDriver {
  const { driver, snapshot = '' } = request;
  const ofPoint = () => Object.values(drivers).find(({ name }) => snapshot.startsWith(`${name}:`));
  // An operation whose driver is not here is refused before any driver is asked.
  return (driver === undefined ? ofPoint() : drivers[driver]) ?? drivers[defaultDriver];
}
