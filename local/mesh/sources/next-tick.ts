/** The next tick of a PingSource's schedule. Its language is robfig/cron's: five fields, or six with seconds first. */
import { Cron } from 'croner';

/** Why Knative would refuse this schedule, or undefined when it would accept it. */
export function findScheduleFault(schedule: string, timezone: string | undefined): string | undefined {
  if (schedule.startsWith('@every')) return '"@every" is not taken by PingSource; write the cron fields';
  // croner reads more than robfig/cron does; what only croner understands would fail on the cluster.
  if (!schedule.startsWith('@') && !/^[\d*/,\-?\sA-Za-z]+$/.test(schedule))
    return `"${schedule}" holds a sign cron does not know`;
  const fields = schedule.trim().split(/\s+/);
  if (!schedule.startsWith('@') && fields.length !== 5 && fields.length !== 6)
    return `"${schedule}" has ${fields.length} fields`;
  if (fields.some((field) => /^(\d+)?[LW]$/.test(field)))
    return `"${schedule}" uses L or W, which PingSource does not know`;
  try {
    findNextTick(schedule, timezone, new Date(0));
    return undefined;
  } catch {
    return `"${schedule}"${timezone === undefined ? '' : ` in time zone "${timezone}"`} is not a cron schedule`;
  }
}

/** The first tick strictly after the instant; undefined when there is none. Throws on a faulty schedule. */
export function findNextTick(schedule: string, timezone: string | undefined, after: Date): Date | undefined {
  // robfig/cron reads "?" as "*"; croner would read it as the present instant.
  return (
    new Cron(schedule.replaceAll('?', '*'), { timezone: timezone ?? 'UTC', paused: true }).nextRun(after) ?? undefined
  );
}
