/** The backup target of the simulation: what is really there, whatever the catalogue says. */
export interface TargetRecord {
  readonly name: string;
  readonly volume: string;
  readonly snapshotName: string;
  readonly snapshotCreatedAt: string;
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface BackupStoreOnTarget {
  put(record: TargetRecord): void;
  get(name: string): TargetRecord | undefined;
  delete(name: string): void;
  list(): readonly TargetRecord[];
  volumes(): readonly string[];
  /** Names that were put while there was one: a good backup's record, lost. */
  readonly overwritten: readonly string[];
}

export function createTargetStore(): BackupStoreOnTarget {
  const overwritten: string[] = [];
  const records = new Map<string, TargetRecord>();
  return {
    put(record) {
      if (records.has(record.name)) overwritten.push(record.name);
      records.set(record.name, record);
    },
    overwritten,
    get: (name) => records.get(name),
    delete: (name) => void records.delete(name),
    list: () => [...records.values()],
    volumes: () => [...new Set([...records.values()].map(({ volume }) => volume))],
  };
}
