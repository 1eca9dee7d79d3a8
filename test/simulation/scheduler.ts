/**
 * Who may go on next. Every call a simulated process makes stops at a gate first; opening one gate at a time, in an order that
 * chance decides, interleaves the processes at every call. A process is killed by never opening its gates again: no `catch` and no
 * `finally` of it runs, as with a real kill.
 */
interface Gate {
  readonly process: number;
  open(): void;
}

export interface Scheduler {
  /** Comes back when the gate is opened; never, when the process is killed first. */
  pass(process: number): Promise<void>;
  /** How many wait. */
  readonly waiting: number;
  /** Lets one go on, and comes back when everybody waits again or is done. */
  letGo(index: number): Promise<void>;
  kill(process: number): void;
}

/** Every promise that can go on has done so: nothing in here uses a timer. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function createScheduler(): Scheduler {
  let gates: Gate[] = [];
  return {
    pass: (process) =>
      new Promise((resolve) => {
        gates.push({ process, open: resolve });
      }),
    get waiting() {
      return gates.length;
    },
    async letGo(index) {
      const [gate] = gates.splice(index, 1);
      gate?.open();
      await settle();
    },
    kill(process) {
      gates = gates.filter((gate) => gate.process !== process);
    },
  };
}
