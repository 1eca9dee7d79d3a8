/** The switches of the local Longhorn's faults; `fault-table.ts` lists the faults. */
import type { Fault, FaultValue, Faults } from './fault-table.ts';

export interface FaultSwitches {
  /** The faults as they are now. */
  readonly present: Faults;
  set<F extends Fault>(fault: F, value: FaultValue<F>): void;
  clear(fault: Fault): void;
  clearAll(): void;
  /** The Backup object goes while its data stays on the target; it is not read again until that is asked for. */
  vanishBackup(name: string): Promise<void>;
  /** A vanished backup comes back with the next poll, which is requested now: without own metadata labels and `spec.snapshotName`. */
  repullWithoutLabels(name: string): void;
}

export interface FaultBoard {
  readonly present: Faults;
  set: FaultSwitches['set'];
  clear: FaultSwitches['clear'];
  clearAll(): void;
}

/** `onChange` is called after every change: code that waits for a fault to end must look again. */
export function createFaultBoard(onChange: () => void): FaultBoard {
  const present: { -readonly [F in Fault]?: FaultValue<F> } = {};
  return {
    present,
    set(fault, value) {
      Object.assign(present, { [fault]: value });
      onChange();
    },
    clear(fault) {
      delete present[fault];
      onChange();
    },
    clearAll() {
      for (const fault of Object.keys(present)) Reflect.deleteProperty(present, fault);
      onChange();
    },
  };
}
