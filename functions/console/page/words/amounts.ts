/** Numbers in the viewer’s words. Pure. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const upToOneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(undefined);

export function sayBytes(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10)));
  return `${upToOneDigit.format(bytes / 1024 ** power)} ${units[power] ?? 'B'}`;
}

export const sayNumber = (count: number): string => whole.format(count);

/** `1 claim`, `2 claims`. */
export function sayCount(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}
