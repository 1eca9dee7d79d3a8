/** What ends a process of this folder from outside: Ctrl-C, a closed terminal, `kill`, or that its launcher was killed. */

const reasons = { SIGINT: 'Ctrl-C', SIGHUP: 'the terminal has gone', SIGTERM: 'SIGTERM' } as const;
type StopSignal = keyof typeof reasons;

const lookEveryMs = 500;

/** `launcherPid`: of the process that has started this one, and would pass a signal on. */
function launcherGone(launcherPid: number): Promise<string> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid === launcherPid) return;
      clearInterval(timer);
      resolve('the launcher was killed');
    }, lookEveryMs);
    timer.unref();
  });
}

/**
 * Resolves at the first of these, with a reason for people. From the call on no signal ends the process by itself: one Ctrl-C
 * comes up to three times (from the terminal, from npm, from the launcher), and the second must not cut off the stop that the first began.
 */
export async function untilToldToStop(): Promise<string> {
  const signal = new Promise<string>((resolve) => {
    for (const name of Object.keys(reasons) as StopSignal[]) process.on(name, () => resolve(reasons[name]));
  });
  // Whoever starts it without the launcher, and ends its shell, may want it to go on.
  const launcherPid = Number(process.env['SOTERIA_LAUNCHER_PID']);
  return launcherPid === process.ppid ? Promise.race([signal, launcherGone(launcherPid)]) : signal;
}
