/** The uploads under way in this process. What must outlive it is in the upload's journal and on the target. */
import type { UploadProgress, UploadResult } from './store/upload.ts';

type Running = AsyncGenerator<UploadProgress, UploadResult>;

export interface Uploads {
  /** How often this backup has been found waiting. */
  readonly waits: Map<string, number>;
  /**
   * Moves the backup on by about `stepBytes`, starting it with `begin` when this process has not; an upload that fails is
   * forgotten, and starts again.
   */
  advance(
    backup: string,
    stepBytes: number,
    begin: () => Running,
  ): Promise<UploadProgress | { readonly result: UploadResult }>;
  drop(backup: string): Promise<void>;
  /** Closes every file that is open; what was uploaded stays. */
  dropAll(): Promise<void>;
}

const broken: UploadResult = { files: [], totalBytes: 0, newBytes: 0, againBytes: 0 };

export function createUploads(): Uploads {
  const running = new Map<string, Running>();
  const waits = new Map<string, number>();
  return {
    waits,
    async advance(backup, stepBytes, begin) {
      const session = running.get(backup) ?? begin();
      running.set(backup, session);
      try {
        let startBytes: number | undefined;
        for (;;) {
          const step = await session.next();
          if (step.done === true) {
            running.delete(backup);
            return { result: step.value };
          }
          startBytes ??= step.value.doneBytes;
          if (step.value.doneBytes - startBytes >= stepBytes) return step.value;
        }
      } catch (error) {
        running.delete(backup);
        throw error;
      }
    },
    async drop(backup) {
      const session = running.get(backup);
      running.delete(backup);
      waits.delete(backup);
      await session?.return(broken);
    },
    async dropAll() {
      for (const session of running.values()) await session.return(broken);
      running.clear();
    },
  };
}
