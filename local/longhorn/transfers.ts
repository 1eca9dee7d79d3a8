/** The running transfers of one kind in this process. State that must outlive the process is in files: a journal, the target, the volume. */

export interface TransferProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

type Running<Result> = AsyncGenerator<TransferProgress, Result>;

export interface Transfers<Result> {
  /** How many looks have found this transfer waiting. */
  readonly waits: Map<string, number>;
  /**
   * Advances the transfer by about `stepBytes`, starting it with `begin` when this process has not. A failed transfer is forgotten, and starts
   * again.
   */
  advance(
    name: string,
    stepBytes: number,
    begin: () => Running<Result>,
  ): Promise<TransferProgress | { readonly result: Result }>;
  drop(name: string): Promise<void>;
  /** Closes every open file; the bytes that were moved stay. */
  dropAll(): Promise<void>;
}

/** `interrupted` is the error of a dropped transfer; no caller reads it. */
export function createTransfers<Result>(interrupted: Result): Transfers<Result> {
  const running = new Map<string, Running<Result>>();
  const waits = new Map<string, number>();
  return {
    waits,
    async advance(name, stepBytes, begin) {
      const session = running.get(name) ?? begin();
      running.set(name, session);
      try {
        let startBytes: number | undefined;
        for (;;) {
          const step = await session.next();
          if (step.done === true) {
            running.delete(name);
            return { result: step.value };
          }
          startBytes ??= step.value.doneBytes;
          if (step.value.doneBytes - startBytes >= stepBytes) return step.value;
        }
      } catch (error) {
        running.delete(name);
        throw error;
      }
    },
    async drop(name) {
      const session = running.get(name);
      running.delete(name);
      waits.delete(name);
      await session?.return(interrupted);
    },
    async dropAll() {
      for (const session of running.values()) await session.return(interrupted);
      running.clear();
    },
  };
}
