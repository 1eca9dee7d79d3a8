/**
 * May this operation run now? Pure. A slot is one entry of a running operation; how many there may be is limited in the whole
 * cluster, on each node and for each repository, and an operation that uses a volume or repository *exclusively* runs there alone.
 */
import * as z from 'zod';

const text = z.string().max(512);

/** Loose: an entry of a newer version still counts, and members that are not understood count as the strictest. */
export const slotEntry = z.looseObject({
  uid: text.min(1),
  namespace: text.catch(''),
  name: text.catch(''),
  function: text.catch(''),
  kind: text.catch(''),
  /** What the work is on: a Longhorn volume, or a repository of restic or kopia. */
  on: z.enum(['volume', 'repository', 'unknown']).catch('unknown'),
  key: text.catch(''),
  mode: z.enum(['shared', 'exclusive']).catch('exclusive'),
  node: text.optional().catch(undefined),
  since: text.catch(''),
});
export type SlotEntry = z.infer<typeof slotEntry>;

export interface SlotHolder {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** The function that moves it. */
  readonly function: string;
  readonly kind: string;
}

export interface SlotNeed {
  readonly on: 'volume' | 'repository';
  /** Name of the volume, or of the repository. */
  readonly key: string;
  /** Backup and restore share; prune, check and mirror want it alone. */
  readonly mode: 'shared' | 'exclusive';
  /** The node that reads the bytes; left out while it is unknown. */
  readonly node?: string | undefined;
  /** Not beside another of its kind: two backups of one volume follow each other, a restore may run beside them. */
  readonly isOneOfKind?: boolean | undefined;
  /** So many of its kind at once, in the whole cluster. */
  readonly atMostOfKind?: number | undefined;
}

/** How many may run at once. */
export interface SlotLimits {
  readonly cluster: number;
  readonly node: number;
  readonly repository: number;
}

export type SlotDecision =
  | { readonly decision: 'held' }
  | { readonly decision: 'enter'; readonly entry: SlotEntry; readonly beside: readonly string[] }
  /** `held` are the entries in the way; any of them may be left over from a crash. */
  | { readonly decision: 'refuse'; readonly waitsFor: string; readonly held: readonly SlotEntry[] };

/** At most so many names in a message. */
const maxNamed = 3;

function namesOf(entries: readonly SlotEntry[]): string {
  const named = entries.slice(0, maxNamed).map(({ namespace, name }) => `${namespace}/${name}`);
  return named.join(', ') + (entries.length > maxNamed ? ' …' : '');
}

interface Obstacle {
  readonly held: readonly SlotEntry[];
  readonly limit: number;
  readonly where: string;
}

function obstaclesOf({ entries, need, limits, holder }: SlotQuestion): Obstacle[] {
  const { on, key, node, atMostOfKind } = need;
  const sameKey = entries.filter((entry) => entry.on === on && entry.key === key);
  const limitsHere: Obstacle[] = [{ held: entries, limit: limits.cluster, where: 'in the cluster' }];
  if (atMostOfKind !== undefined) {
    const alike = entries.filter(({ kind }) => kind === holder.kind);
    limitsHere.push({ held: alike, limit: atMostOfKind, where: `of operations of kind ${holder.kind}` });
  }
  if (on === 'repository') limitsHere.push({ held: sameKey, limit: limits.repository, where: `in repository ${key}` });
  if (node !== undefined) {
    const here = entries.filter((entry) => entry.node === node);
    limitsHere.push({ held: here, limit: limits.node, where: `on node ${node}` });
  }
  return limitsHere;
}

function clashOf(entries: readonly SlotEntry[], need: SlotNeed, holder: SlotHolder): readonly SlotEntry[] {
  const isAlone = need.mode === 'exclusive';
  return entries.filter(({ on, key, mode, kind }) => {
    if (key !== need.key || (on !== need.on && on !== 'unknown')) return false;
    if (isAlone || on === 'unknown' || mode === 'exclusive') return true;
    return need.isOneOfKind === true && kind === holder.kind;
  });
}

export interface SlotQuestion {
  readonly entries: readonly SlotEntry[];
  readonly holder: SlotHolder;
  readonly need: SlotNeed;
  readonly limits: SlotLimits;
  readonly now: Date;
}

/** Entering twice is entering once. */
export function decideSlot(question: SlotQuestion): SlotDecision {
  const { entries, holder, need, now } = question;
  if (entries.some(({ uid }) => uid === holder.uid)) return { decision: 'held' };
  const clash = clashOf(entries, need, holder);
  if (clash.length > 0) {
    const waitsFor = `${need.on} ${need.key} is in use by ${namesOf(clash)}`;
    return { decision: 'refuse', waitsFor, held: clash };
  }
  const full = obstaclesOf(question).find(({ held, limit }) => held.length >= limit);
  if (full !== undefined) {
    const { held, limit, where } = full;
    return { decision: 'refuse', waitsFor: `${held.length} of ${limit} slots ${where} are in use`, held };
  }
  const { node, on, key, mode } = need;
  const entry = { ...holder, on, key, mode, ...(node === undefined ? {} : { node }), since: now.toISOString() };
  return { decision: 'enter', entry, beside: entries.map(({ uid }) => uid) };
}
