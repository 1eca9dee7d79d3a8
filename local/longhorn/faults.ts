/** The faults the local Longhorn can be told to have: one row each. A message fault is off while it has no message. */

interface FaultRow {
  readonly kind: 'switch' | 'message' | 'name';
  readonly effect: string;
}

export const faultTable = {
  targetUnavailable: { kind: 'message', effect: 'every backup target is unavailable, with this message' },
  stuckInProgress: { kind: 'switch', effect: 'a running backup stays where it is' },
  errorOnBackup: { kind: 'message', effect: 'a running backup fails with this message' },
  snapshotNeverReady: { kind: 'switch', effect: 'new snapshots never become ready' },
  snapshotError: { kind: 'message', effect: 'new snapshots fail with this message' },
  faultedVolume: { kind: 'name', effect: 'the volume of this name is faulted' },
  failedDeletion: { kind: 'message', effect: 'deleting a backup from the target fails with this message' },
  webhookDown: { kind: 'switch', effect: 'every create of a Longhorn object is answered with 500' },
} as const satisfies Record<string, FaultRow>;

export type Fault = keyof typeof faultTable;
type FaultValue<F extends Fault> = (typeof faultTable)[F]['kind'] extends 'switch' ? boolean : string;

/** What the decisions see: absent means healthy. */
export type Faults = { readonly [F in Fault]?: FaultValue<F> };

export interface FaultSwitches {
  /** The faults as they are now. */
  readonly present: Faults;
  set<F extends Fault>(fault: F, value: FaultValue<F>): void;
  clear(fault: Fault): void;
  clearAll(): void;
  /** The Backup object goes while its data stays on the target; it is not read again until it is told to. */
  vanishBackup(name: string): Promise<void>;
  /** A vanished backup comes back with the next poll, asked for now: without own metadata labels and `spec.snapshotName`. */
  repullWithoutLabels(name: string): void;
}

export interface FaultBoard {
  readonly present: Faults;
  set: FaultSwitches['set'];
  clear: FaultSwitches['clear'];
  clearAll(): void;
}

/** `onChange` is called after every change: whoever waits for a fault to go must look again. */
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
