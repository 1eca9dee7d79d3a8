/** An interrupted test run must leave no process behind: kills the processes that still run at the end of this process. */
const running = new Set<() => void>();

process.once('exit', () => {
  for (const kill of running) kill();
});

/** Call the returned function once the process has ended by itself. */
export function endWithRun(kill: () => void): () => void {
  running.add(kill);
  return () => void running.delete(kill);
}
