/** Reports each step of a demo, to people and to machines. */
import type { OperationView } from './wait-for-operation.ts';

export interface DemoStep {
  readonly name:
    | 'backup.first'
    | 'backup.incremental'
    | 'backup.bytes_equal'
    | 'backup.whole_namespace'
    | 'notify.failure_and_recovery'
    | 'policy.due'
    | 'policy.caught_up'
    | 'policy.unprotected_told'
    | 'policy.pruned'
    | 'policy.back_from_git'
    | 'usage.measured'
    | 'restore.bytes_equal'
    | 'restore.refuses_overwrite'
    | 'restore.cluster_gone'
    | 'restore.adopted'
    | 'restore_test.verified'
    | 'restore_test.refuted';
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
}

export interface DemoResult {
  readonly ok: boolean;
  readonly steps: readonly DemoStep[];
}

export type OnStep = (step: DemoStep, operation: OperationView | undefined) => void;

export interface DemoSteps {
  /** A failure of the step is reported, and the next step still runs. */
  take(name: DemoStep['name'], act: () => Promise<{ detail: string; operation?: OperationView }>): Promise<void>;
  result(): DemoResult;
}

export function createSteps(onStep: OnStep): DemoSteps {
  const steps: DemoStep[] = [];
  return {
    async take(name, act) {
      const startedAt = performance.now();
      const ended = await act().catch((error: unknown) => ({ error }));
      const ms = Math.round(performance.now() - startedAt);
      const done: DemoStep =
        'error' in ended
          ? { name, ok: false, ms, detail: ended.error instanceof Error ? ended.error.message : String(ended.error) }
          : { name, ok: true, ms, detail: ended.detail };
      steps.push(done);
      onStep(done, 'error' in ended ? undefined : ended.operation);
    },
    result: () => ({ ok: steps.every(({ ok }) => ok), steps }),
  };
}
