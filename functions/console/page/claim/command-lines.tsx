/** The same with kubectl: it works when this page does not. */
import type { ClaimRow } from '../api/client.ts';
import { CopyBlock } from '../parts/copy-block.tsx';

interface CommandLinesProps {
  readonly namespace: string;
  readonly pvc: string;
  readonly row: ClaimRow | null;
}

export function CommandLines({ namespace, pvc, row }: CommandLinesProps) {
  const volume = row?.volume;
  const lines = [
    `kubectl -n ${namespace} get operations --sort-by=.metadata.creationTimestamp`,
    `kubectl -n ${namespace} describe pvc ${pvc}`,
    ...(volume === undefined || volume === null
      ? []
      : [
          `kubectl -n longhorn-system get volumes.longhorn.io ${volume}`,
          `kubectl -n longhorn-system get backups.longhorn.io -l backup-volume=${volume}`,
        ]),
  ];
  return (
    <section className="block">
      <h2>With kubectl</h2>
      <CopyBlock text={lines.join('\n')} label="the kubectl lines" />
    </section>
  );
}
