/** How Operations of kind NamespaceBackup are moved; the loop is `shared/operation/engine/advance.ts`. */
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { Beginning, Mover } from '@soteria/shared/operation/engine/advance.ts';
import type { ManyAction, ManyWorld } from '@soteria/shared/operation/many/many.ts';
import { moveMany } from '@soteria/shared/operation/many/move-many.ts';
import type { ManyTools } from '@soteria/shared/operation/many/perform-many.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { BackupDrivers } from '../../../drivers/backup/driver.ts';
import type { BackupWorld, Rules } from '../../../drivers/backup/world.ts';
import { driverOf } from '../claim/driver-of.ts';
import { namespaceBackup, type NamespaceLook, type NamespaceSource } from './namespace-backup.ts';

type PartOfTools = Pick<ManyTools<NamespaceSource, NamespaceLook>, 'keepAwake' | 'wakeOther'>;

export interface NamespaceTools extends PartOfTools {
  readonly store: OperationStore;
  readonly drivers: BackupDrivers;
  readonly rules: Pick<Rules, 'defaultDriver'>;
  readonly cluster: Pick<ClusterReader, 'listClaims' | 'getPersistentVolume' | 'isPaused'>;
  readonly inTurn: OneAtATime;
  readonly now: () => Date;
  /** Moves a child at once, and answers it as it is then; what hinders it is its own. */
  readonly moveChild: (child: ObjectRef, beginning: Beginning<BackupWorld>) => Promise<Operation | undefined>;
}

export const namespaceKind = 'NamespaceBackup';

async function lookAt(
  { cluster }: NamespaceTools,
  { metadata: { namespace = '' } }: Operation,
  source: NamespaceSource,
  what: NamespaceLook,
  signal: AbortSignal | undefined,
): Promise<NamespaceSource> {
  if (what.at === 'claims') return { ...source, claims: await cluster.listClaims(namespace, signal) };
  const looks = what.names.map(
    async (name) => [name, { seen: await cluster.getPersistentVolume(name, signal) }] as const,
  );
  return {
    ...source,
    persistentVolumes: { ...source.persistentVolumes, ...Object.fromEntries(await Promise.all(looks)) },
  };
}

/** What the child would look at first was looked at for the parent just now. */
function seenFor({ spec }: Operation, { claims = [], persistentVolumes }: NamespaceSource): BackupWorld {
  const claim = claims.find(({ metadata }) => metadata.name === spec.request.pvc);
  const persistentVolume = persistentVolumes[claim?.spec?.volumeName ?? ''];
  return { claim: { seen: claim }, ...(persistentVolume === undefined ? {} : { persistentVolume }), hasNoTwin: true };
}

export function namespaceMover(tools: NamespaceTools): Mover<ManyWorld<NamespaceSource>, ManyAction<NamespaceLook>> {
  const { store, inTurn, cluster } = tools;
  const nothingSeen: NamespaceSource = { persistentVolumes: {} };
  const many = namespaceBackup((operation) => driverOf(tools.drivers, tools.rules, operation));
  const part = moveMany(many, nothingSeen, {
    ...tools,
    isPaused: (signal) => cluster.isPaused(signal),
    look: (...given) => lookAt(tools, ...given),
    moveChild: (operation, source) =>
      tools.moveChild(operation.metadata, {
        operation,
        ...(source === undefined ? {} : { isMade: true, seen: () => seenFor(operation, source) }),
      }),
    announce: () => Promise.resolve(),
  });
  return { ...part, functionName: 'backup', store, now: tools.now, inTurn };
}
