/** A test run that is cut short must leave no process behind: what still runs at the end of this process is killed. */
const running = new Set<() => void>();

process.once('exit', () => {
  for (const kill of running) kill();
});

/** Answers what to call once the process has ended by itself. */
export function endWithRun(kill: () => void): () => void {
  running.add(kill);
  return () => void running.delete(kill);
}
