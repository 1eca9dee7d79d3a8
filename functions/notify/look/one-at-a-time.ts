/**
 * A storm of events brings few looks: while one is under way, all who come wait for the one after it, which begins later than any of their events. The waiting
 * share its end and its failure.
 */
export function oneAtATime<A>(run: (argument: A) => Promise<void>): (argument: A) => Promise<void> {
  let current: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let newest: A;

  function start(argument: A): Promise<void> {
    const running = run(argument).finally(() => {
      if (current === running) current = undefined;
    });
    current = running;
    return running;
  }

  return (argument) => {
    // Whoever came last has the most time left.
    newest = argument;
    if (current === undefined) return start(argument);
    following ??= current
      .catch(() => undefined)
      .then(() => {
        following = undefined;
        return start(newest);
      });
    return following;
  };
}
