/** What the driver works with. */
import type { BackingImages } from '@soteria/shared/longhorn/backing-images.ts';
import type { NodeRooms } from '@soteria/shared/longhorn/node-room.ts';
import type { LonghornRestores } from '@soteria/shared/longhorn/port-restore.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { RestoreParts } from '../../restore/driver.ts';

export interface Tools extends RestoreParts {
  readonly longhorn: Longhorn;
  readonly restores: LonghornRestores;
  readonly images: BackingImages;
  readonly rooms: NodeRooms;
}
