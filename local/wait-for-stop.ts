/** Waits for what ends a process of this folder from outside: Ctrl-C, a closed terminal, `kill`, or the death of its launcher. */

const reasons = { SIGINT: 'Ctrl-C', SIGHUP: 'the terminal has gone', SIGTERM: 'SIGTERM' } as const;
type StopSignal = keyof typeof reasons;

const lookEveryMs = 500;

/** `launcherPid`: the process that has started this process and passes signals on. */
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
 * Resolves at the first cause to stop, with the cause in words. After the call no signal ends the process by itself: one Ctrl-C arrives up to
 * three times (from the terminal, from npm, from the launcher), and the second must not interrupt the stop that the first began.
 */
export async function waitForStop(): Promise<string> {
  const signal = new Promise<string>((resolve) => {
    for (const name of Object.keys(reasons) as StopSignal[]) process.on(name, () => resolve(reasons[name]));
  });
  // Without a launcher the process continues when its shell ends.
  const launcherPid = Number(process.env['SOTERIA_LAUNCHER_PID']);
  return launcherPid === process.ppid ? Promise.race([signal, launcherGone(launcherPid)]) : signal;
}
