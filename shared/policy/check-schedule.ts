/**
 * The cron syntax of a policy: five fields that croner (what is due) and Knative's PingSource (what wakes this function) read alike. What only
 * one of them accepts (`@every`, `L`, `#`, seconds, Sunday as 7, `5/15`) is refused here, with the field's name. Pure.
 */

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The first stands for `min`. */
  readonly names?: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const fields: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: months },
  { name: 'day of the week', min: 0, max: 6, names: weekdays },
];

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Why the text is no schedule, continuing "the schedule …"; undefined: it is one, and it comes due some day. */
export function whyNoSchedule(text: string): string | undefined {
  const parts = text.trim().split(/\s+/);
  if (text.trim().startsWith('@')) return 'begins with @; presets such as @daily-random stand in the field "preset"';
  if (parts.length !== fields.length) {
    const count = parts.length === 1 ? '1 field' : `${parts.length} fields`;
    return `has ${count}; five are needed: minute, hour, day of the month, month, day of the week`;
  }
  const values: number[][] = [];
  for (const [index, field] of fields.entries()) {
    const read = readField(parts[index] ?? '', field);
    if (typeof read === 'string') return `has the ${field.name} "${parts[index]}": ${read}`;
    values.push(read);
  }
  return isNever(values, parts) ? 'never comes due: none of its months has such a day' : undefined;
}

/** The values of a field, or why it has none. */
function readField(text: string, field: CronField): number[] | string {
  const values: number[] = [];
  for (const item of text.split(',')) {
    const read = readItem(item, field);
    if (typeof read === 'string') return read;
    values.push(...read);
  }
  return values;
}

function readItem(item: string, field: CronField): number[] | string {
  const [range = '', stepText, ...rest] = item.split('/');
  if (rest.length > 0 || range === '')
    return 'must be *, a number, a range a-b, a step */n or a-b/n, or a list of them';
  const step = stepText === undefined ? 1 : Number(stepText);
  if (stepText !== undefined && !(/^\d+$/.test(stepText) && step >= 1 && step <= field.max)) {
    return `its step must be from 1 to ${field.max}`;
  }
  const bounds = readRange(range, field);
  if (typeof bounds === 'string') return bounds;
  const [from, to] = bounds;
  if (stepText !== undefined && range !== '*' && !range.includes('-')) {
    return `a step needs * or a range before it, as in ${range}-${field.max}/${step}`;
  }
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_none, index) => from + index * step);
}

function readRange(range: string, field: CronField): readonly [from: number, to: number] | string {
  if (range === '*') return [field.min, field.max];
  const ends = range.split('-').map((text) => readValue(text, field));
  const [from, to = from] = ends;
  if (ends.length > 2 || from === undefined || to === undefined || ends.includes(undefined)) {
    const named = field.names === undefined ? '' : `, or ${field.names[0]} to ${field.names.at(-1)}`;
    return `must be from ${field.min} to ${field.max}${named}`;
  }
  return from > to ? 'its range ends before it begins' : [from, to];
}

function readValue(text: string, { min, max, names = [] }: CronField): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named !== -1) return min + named;
  const value = Number(text);
  return /^\d{1,2}$/.test(text) && value >= min && value <= max ? value : undefined;
}

/** As `0 0 31 2 *`. With a day of the week beside the day of the month, either is enough. */
function isNever(values: readonly (readonly number[])[], parts: readonly string[]): boolean {
  const [, , days = [], monthsOf = []] = values;
  if (parts[4] !== '*') return false;
  const firstDay = Math.min(...days);
  return monthsOf.every((month) => firstDay > (daysOfMonth[month - 1] ?? 0));
}
