/** What ends a process of this folder from outside: Ctrl-C, a closed terminal, `kill`. */

const reasons = { SIGINT: 'Ctrl-C', SIGHUP: 'the terminal has gone', SIGTERM: 'SIGTERM' } as const;
type StopSignal = keyof typeof reasons;

/**
 * Resolves at the first of these signals, with a reason for people. From the call on none of them ends the process by itself: one Ctrl-C
 * comes up to three times (from the terminal, from npm, from the launcher), and the second must not cut off the stop that the first began.
 */
export async function untilToldToStop(): Promise<string> {
  const signal = await new Promise<StopSignal>((resolve) => {
    for (const name of Object.keys(reasons) as StopSignal[]) process.on(name, () => resolve(name));
  });
  return reasons[signal];
}
