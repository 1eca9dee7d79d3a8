/** Rows of the inventory: the claims that the caller sees and the filters let through. */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { ClaimRow } from '@soteria/shared/http-contract/console-answers.ts';
import type { Answered } from '@soteria/shared/http-contract/parts.ts';
import type { MaySee } from '../who/visible-namespaces.ts';
import { claimRow } from './claim-row.ts';
import type { ClusterView } from './cluster-view.ts';
import { claimKey, claimPages, type ClaimsFrom } from './list-claims.ts';

export interface RowFilter {
  readonly namespace?: string | undefined;
  readonly state?: ClaimRow['state'] | undefined;
  readonly health?: ClaimRow['health'] | undefined;
  readonly q?: string | undefined;
}

export interface ListedRow {
  readonly row: Answered<ClaimRow>;
  /** To go on after it. */
  readonly from: ClaimsFrom;
}

export interface RowSources {
  readonly client: KubernetesClient;
  readonly view: ClusterView;
  readonly maySee: MaySee;
  readonly now: Date;
}

export async function* listRows(
  { client, view, maySee, now }: RowSources,
  { filter, from }: { readonly filter: RowFilter; readonly from: ClaimsFrom | undefined },
  signal: AbortSignal,
): AsyncGenerator<ListedRow> {
  // A token of the API server holds the name of the last claim of a page, whoever sees it.
  const mayHoldToken = filter.namespace !== undefined || (await maySee());
  for await (const { claims, token } of claimPages(client, { namespace: filter.namespace, from }, signal)) {
    const names = [...new Set(claims.map(({ metadata }) => metadata.namespace ?? ''))];
    const seen = new Set(await onlySeen(names, maySee));
    for (const claim of claims) {
      if (!seen.has(claim.metadata.namespace ?? '')) continue;
      const row = claimRow(claim, view, now);
      if (isWanted(row, filter)) yield { row, from: { key: claimKey(claim), token: mayHoldToken ? token : '' } };
    }
  }
}

/** A few questions at a time. */
const asAtOnce = 32;

export async function onlySeen(namespaces: readonly string[], maySee: MaySee): Promise<string[]> {
  if (await maySee()) return [...namespaces];
  const seen: string[] = [];
  for (let at = 0; at < namespaces.length; at += asAtOnce) {
    const some = namespaces.slice(at, at + asAtOnce);
    const verdicts = await Promise.all(some.map((name) => maySee(name)));
    seen.push(...some.filter((_name, index) => verdicts[index] === true));
  }
  return seen;
}

function isWanted(row: Answered<ClaimRow>, { state, health, q }: RowFilter): boolean {
  if (state !== undefined && row.state !== state) return false;
  if (health !== undefined && row.health !== health) return false;
  if (q === undefined) return true;
  const wanted = q.toLowerCase();
  const texts = [`${row.namespace}/${row.pvc}`, row.volume, row.policy, row.storage_class];
  return texts.some((text) => text?.toLowerCase().includes(wanted) === true);
}
