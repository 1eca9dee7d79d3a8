/** Instants and durations in the viewer’s words. Pure, except that the viewer’s zone is the browser’s. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const steps: readonly (readonly [seconds: number, unit: string])[] = [
  [365 * day, 'y'],
  [day, 'd'],
  [hour, 'h'],
  [minute, 'min'],
];

/** Such as `3 d`, `1 d 4 h`, `12 min`, `8 s`: two units below two days, where the second one matters. */
export function sayDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  for (const [index, [size, unit]] of steps.entries()) {
    const count = Math.floor(whole / size);
    if (count === 0) continue;
    const [smallerSize, smallerUnit] = steps[index + 1] ?? [1, 's'];
    const rest = Math.floor((whole - count * size) / smallerSize);
    return count < 2 && rest > 0 && size > minute ? `${count} ${unit} ${rest} ${smallerUnit}` : `${count} ${unit}`;
  }
  return seconds > 0 && whole === 0 ? '< 1 s' : `${whole} s`;
}

/** The same, written out: for sentences. */
export function spellDuration(seconds: number): string {
  const names: Readonly<Record<string, string>> = { y: 'year', d: 'day', h: 'hour', min: 'minute', s: 'second' };
  const spelt = sayDuration(seconds).replace(/(\d+) (\w+)/g, (_, count: string, unit: string) => {
    return `${count} ${names[unit] ?? unit}${count === '1' ? '' : 's'}`;
  });
  return spelt.replace(/(\D) (\d)/, '$1 and $2');
}

export function secondsBetween(from: string | number, to: number): number {
  return (to - new Date(from).getTime()) / 1000;
}

/** `in 3 h` or `3 h ago`. */
export function sayAgo(instant: string, now: number): string {
  const seconds = secondsBetween(instant, now);
  if (Math.abs(seconds) < 5) return 'now';
  return seconds > 0 ? `${sayDuration(seconds)} ago` : `in ${sayDuration(-seconds)}`;
}

const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const exact = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayOnly = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

export const sayInstant = (instant: string | number): string => dateAndTime.format(new Date(instant));
/** For the tooltip: to the second, in the viewer’s zone and in UTC. */
export const sayExactly = (instant: string): string => `${exact.format(new Date(instant))} (${instant})`;
export const sayClock = (instant: string | number): string => clock.format(new Date(instant));
export const sayDay = (instant: string | number): string => dayOnly.format(new Date(instant));
