/** The most resident memory each function's process had, and this process with the mesh and Longhorn in it. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface MemoryWatch {
  /** Bytes by name. */
  peaks(): ReadonlyMap<string, number>;
  stop(): void;
}

/** `VmHWM`, the kernel's own high-water mark. */
function peakBytesOf(pid: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? '0') * 1024;
}

export function watchMemory(dataDir: string): MemoryWatch {
  const peaks = new Map<string, number>();
  const folder = join(dataDir, 'functions');

  function lookAt(pid: string): void {
    try {
      const file = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        .split('\0')
        .find((argument) => argument.startsWith(folder));
      if (file === undefined) return;
      const name = `function ${basename(file)}`;
      peaks.set(name, Math.max(peaks.get(name) ?? 0, peakBytesOf(pid)));
    } catch {
      // The process has ended meanwhile.
    }
  }

  function look(): void {
    for (const pid of readdirSync('/proc')) if (/^\d+$/.test(pid)) lookAt(pid);
    peaks.set('mesh and Longhorn', peakBytesOf('self'));
  }

  const timer = setInterval(look, 1_000);
  return { peaks: () => peaks, stop: () => clearInterval(timer) };
}
