/**
 * The slots: one ConfigMap that holds the operations that run now, and only those. Invariants:
 *  1. It is written with the resourceVersion it was read with: two that want the last slot cannot both get it.
 *  2. Entering twice is entering once; leaving what one does not hold is success.
 *  3. What this version cannot read stays as it is written: a newer one may run beside it.
 *  4. An entry whose Operation is gone or has ended is left over from a crash: the next operation that it blocks removes it.
 */
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { configMaps } from '../../kubernetes/core-types.ts';
import {
  type ConfigChange,
  type ConfigData,
  type ConfigMemory,
  updateConfigMap,
} from '../../kubernetes/update-config-map.ts';
import {
  decideSlot,
  type SlotDecision,
  type SlotEntry,
  slotEntry,
  type SlotHolder,
  type SlotLimits,
  type SlotNeed,
} from './decide-slots.ts';
import { createOneAtATime } from '../engine/one-at-a-time.ts';
import { isTerminal, type Operation, operations } from '../record/schema.ts';

export const slotsName = 'soteria-slots';

export type Entered =
  /** `beside`: uids of those that hold a slot at the very instant this one got its own; left out when it had it before. */
  | { readonly entered: true; readonly beside?: readonly string[] }
  | { readonly entered: false; readonly waitsFor: string };

export interface Slots {
  /** Throws `cluster_conflict` when others write all the time: decide again. */
  enter(holder: SlotHolder, need: SlotNeed, signal?: AbortSignal): Promise<Entered>;
  leave(operationUid: string, signal?: AbortSignal): Promise<void>;
  entries(signal?: AbortSignal): Promise<readonly SlotEntry[]>;
  /** Without asking: as this process wrote them last, no slot of the cluster is free. A hint; others may have written since. */
  looksFull(): Promise<boolean>;
  /** Takes out what crashed operations have left; answers how many. */
  recover(signal?: AbortSignal): Promise<number>;
}

export interface SlotsOptions {
  readonly client: KubernetesClient;
  /** Soteria's own. */
  readonly namespace: string;
  readonly limits: SlotLimits;
  readonly now: () => Date;
}

/** `functionName`: the one that moves it. */
export function slotHolderOf({ metadata, spec }: Operation, functionName: string): SlotHolder {
  const { uid, namespace = '', name } = metadata;
  return { uid, namespace, name, function: functionName, kind: spec.kind };
}

/** An entry found alive is not read again for this long: a thousand waiting operations must not each read the ten that run. */
const aliveForMs = 30_000;

function parse(data: ConfigData): SlotEntry[] {
  const values = Object.entries(data).sort(([a], [b]) => a.localeCompare(b));
  return values.flatMap(([uid, json]) => {
    const parsed = slotEntry.safeParse(parseJson(json));
    // The key is what an entry is found and removed by.
    return parsed.success && parsed.data.uid === uid ? [parsed.data] : [];
  });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** `before` with those entries in place of the ones that were read from it; what stays is not written anew. */
function dataWith(entries: readonly SlotEntry[], held: readonly SlotEntry[], before: ConfigData): ConfigData {
  const gone = new Set(held.map(({ uid }) => uid));
  const added = new Map(entries.map((entry) => [entry.uid, entry]));
  for (const { uid } of held) if (added.delete(uid)) gone.delete(uid);
  const kept = Object.entries(before).filter(([uid]) => !gone.has(uid));
  return Object.fromEntries([...kept, ...[...added].map(([uid, entry]) => [uid, JSON.stringify(entry)] as const)]);
}

export function createSlots({ client, namespace, limits, now }: SlotsOptions): Slots {
  const ref = { namespace, name: slotsName };
  const aliveAt = new Map<string, number>();
  const memory: ConfigMemory = {};
  // What one process does at once would only get in its own way.
  const inTurn = createOneAtATime();

  /** `change` answers no entries when there is nothing to write. */
  function update<T>(
    change: (entries: readonly SlotEntry[]) => {
      readonly entries?: readonly SlotEntry[] | undefined;
      readonly answer: T;
    },
    signal?: AbortSignal,
  ): Promise<T> {
    const changed = (data: ConfigData): ConfigChange<T> => {
      const held = parse(data);
      const { entries, answer } = change(held);
      return { data: entries && dataWith(entries, held, data), answer };
    };
    return inTurn(slotsName, () => updateConfigMap(client, ref, changed, signal, memory));
  }

  async function isLeftOver({ uid, namespace: where, name }: SlotEntry, signal?: AbortSignal): Promise<boolean> {
    // A newer version wrote the entry, and nothing in it names its operation.
    if (where === '' || name === '') return false;
    const at = now().getTime();
    if (at - (aliveAt.get(uid) ?? Number.NEGATIVE_INFINITY) < aliveForMs) return false;
    const operation = await client.get(operations, { namespace: where, name }, { signal });
    const isGone = operation?.metadata.uid !== uid || isTerminal(operation.status?.phase);
    if (isGone) aliveAt.delete(uid);
    else aliveAt.set(uid, at);
    return isGone;
  }

  async function takeOut(suspects: readonly SlotEntry[], signal?: AbortSignal): Promise<number> {
    const leftOver = new Set<string>();
    for (const suspect of suspects) if (await isLeftOver(suspect, signal)) leftOver.add(suspect.uid);
    if (leftOver.size > 0) {
      await update((entries) => ({ entries: entries.filter(({ uid }) => !leftOver.has(uid)), answer: 0 }), signal);
    }
    return leftOver.size;
  }

  async function tryToEnter(holder: SlotHolder, need: SlotNeed, signal?: AbortSignal): Promise<SlotDecision> {
    return update<SlotDecision>((entries) => {
      const decided = decideSlot({ entries, holder, need, limits, now: now() });
      return decided.decision === 'enter'
        ? { entries: [...entries, decided.entry], answer: decided }
        : { answer: decided };
    }, signal);
  }

  return {
    async enter(holder, need, signal) {
      let decided = await tryToEnter(holder, need, signal);
      if (decided.decision === 'refuse' && (await takeOut(decided.held, signal)) > 0) {
        decided = await tryToEnter(holder, need, signal);
      }
      if (decided.decision === 'refuse') return { entered: false, waitsFor: decided.waitsFor };
      return decided.decision === 'held' ? { entered: true } : { entered: true, beside: decided.beside };
    },
    async leave(operationUid, signal) {
      aliveAt.delete(operationUid);
      await update((entries) => {
        const rest = entries.filter(({ uid }) => uid !== operationUid);
        return rest.length === entries.length ? { answer: undefined } : { entries: rest, answer: undefined };
      }, signal);
    },
    looksFull: () => Promise.resolve(parse(memory.config?.data ?? {}).length >= limits.cluster),
    entries: async (signal) => parse((await client.get(configMaps, ref, { signal }))?.data ?? {}),
    async recover(signal) {
      aliveAt.clear();
      return takeOut(parse((await client.get(configMaps, ref, { signal }))?.data ?? {}), signal);
    },
  };
}
