/** What an ApiServerSource in Reference mode with the shipped selectors, and the shipped Trigger behind it, make of each stored change. */
import type { Commit } from '@soteria/shared/fakes/kubernetes/cluster-state.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { longhornGroup } from '@soteria/shared/longhorn/resource-types.ts';
import { watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { group } from '@soteria/shared/operation/record/schema.ts';
import type { Mesh, Message } from './mesh.ts';

/** By the name of the object. */
function functionOf(name: string): Message['to'] | undefined {
  if (name.startsWith('soteria-backup-')) return 'backup';
  return name.startsWith('soteria-prune-') ? 'policy-tick' : undefined;
}

export function followWithSource(cluster: MemoryCluster, mesh: Mesh, now: () => Date): void {
  const watched = new Set<string>();
  const known = new Set<string>();

  function verbOf(id: string, { group: of, plural, object }: Commit): 'add' | 'update' | 'delete' | undefined {
    if (of === group && plural === 'operations') {
      // The Trigger takes additions only.
      if (object === null) known.delete(id);
      if (object === null || known.has(id)) return undefined;
      known.add(id);
      return 'add';
    }
    if (of !== longhornGroup || (plural !== 'snapshots' && plural !== 'backups')) return undefined;
    const isWatched = object?.metadata.labels?.[watchLabel] !== undefined;
    const wasWatched = watched.has(id);
    if (isWatched) watched.add(id);
    else watched.delete(id);
    if (isWatched) return wasWatched ? 'update' : 'add';
    return wasWatched ? 'delete' : undefined;
  }

  cluster.onCommit((commit) => {
    const id = `${commit.plural}/${commit.key}`;
    const verb = verbOf(id, commit);
    const [namespace = '', name = ''] = commit.key.split('/');
    const to = functionOf(name);
    if (verb === undefined || to === undefined) return;
    const kind = { operations: 'Operation', snapshots: 'Snapshot', backups: 'Backup' }[commit.plural] ?? '';
    mesh.send(to, {
      id: `source-${commit.revision}`,
      source: 'https://kubernetes.simulated',
      type: `dev.knative.apiserver.ref.${verb}`,
      subject: undefined,
      time: now(),
      data: { apiVersion: 'any', kind, namespace, name },
      extensions: { kind, name, namespace },
    });
  });
}
