/** The Pods whose processes run here. A Pod that is missing here has no process, whatever its status says. */
import type { ContainerState } from './job-pod.ts';
import type { RunningContainer } from './run-container.ts';

export interface RunningPod {
  readonly containers: Map<string, ContainerState>;
  readonly processes: readonly RunningContainer[];
  /** Resolves when all have ended. */
  readonly ended: Promise<unknown>;
}

export interface RunningPods {
  get(jobUid: string): RunningPod | undefined;
  add(jobUid: string, pod: RunningPod): void;
  /** Kills what still runs, waits for its end, and forgets it. */
  drop(jobUid: string): Promise<void>;
  dropAll(): Promise<void>;
}

export function createRunningPods(): RunningPods {
  const running = new Map<string, RunningPod>();
  async function drop(jobUid: string): Promise<void> {
    const pod = running.get(jobUid);
    if (pod === undefined) return;
    for (const one of pod.processes) one.kill();
    await pod.ended;
    running.delete(jobUid);
  }
  return {
    get: (jobUid) => running.get(jobUid),
    add: (jobUid, pod) => void running.set(jobUid, pod),
    drop,
    async dropAll() {
      await Promise.all([...running.keys()].map(drop));
    },
  };
}

export function hasEnded({ containers }: RunningPod): boolean {
  return containers.values().every(({ state }) => state === 'ended');
}

export function hasEndedWell({ containers }: RunningPod): boolean {
  return containers.values().every((one) => one.state === 'ended' && one.exitCode === 0);
}
