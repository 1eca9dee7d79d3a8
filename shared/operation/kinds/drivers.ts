/** The names of the drivers: what moves the bytes. No other file writes these names; `drivers/drivers.ts` has a row for each of this version. */
/** A name by itself: a bundle leaves out what only names it. */
export const longhornName = 'longhorn';

export const driver = { longhorn: longhornName, restic: 'restic', kopia: 'kopia' } as const;

/** Whatever a policy may name. */
export const policyDrivers = [driver.longhorn, driver.restic, driver.kopia] as const;
export type DriverName = (typeof policyDrivers)[number];

/** Whatever a request may name. */
export const requestDrivers = [driver.longhorn, driver.restic] as const;
export type RequestDriver = (typeof requestDrivers)[number];

/** Those of this version: each has a row in the table, which may have more. */
export const driversHere = [driver.longhorn] as const;
export type DriverHere = (typeof driversHere)[number];

/** What a request without a driver means, where SOTERIA_BACKUP_DRIVER does not say otherwise. */
export const defaultDriver: DriverHere = driver.longhorn;

export function isDriverHere(name: string): name is DriverHere {
  return driversHere.some((one) => one === name);
}
