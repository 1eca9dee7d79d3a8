/** Processor time and duration since its creation, without the time that making the input takes. */
export interface Meter {
  /** The same values; the time in which the source makes each of them does not count. */
  without<T>(source: Iterable<T>): Iterable<T>;
  read(): { readonly cpu_s: number; readonly total_s: number };
}

/** To ask for the processor time takes a while itself. */
const atOnce = 10;

function* take<T>(values: Iterator<T>, count: number): Generator<T> {
  for (let taken = 0; taken < count; taken += 1) {
    const next = values.next();
    if (next.done === true) return;
    yield next.value;
  }
}

export function createMeter(): Meter {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const apart = { cpuUs: 0, ms: 0 };
  return {
    *without(source) {
      const values = source[Symbol.iterator]();
      for (;;) {
        const beganAt = performance.now();
        const before = process.cpuUsage();
        const some = Array.from(take(values, atOnce));
        const { user, system } = process.cpuUsage(before);
        apart.cpuUs += user + system;
        apart.ms += performance.now() - beganAt;
        if (some.length === 0) return;
        yield* some;
      }
    },
    read() {
      const { user, system } = process.cpuUsage(cpuBefore);
      return {
        cpu_s: (user + system - apart.cpuUs) / 1e6,
        total_s: (performance.now() - startedAt - apart.ms) / 1000,
      };
    },
  };
}
