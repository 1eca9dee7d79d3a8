/** What is made for a restored claim, whatever its driver; each driver adds what it makes under the claim. */
export interface RestoredShape {
  /** False: the point holds no record of its claim, and defaults stand in. */
  readonly isRecorded: boolean;
  readonly storageClassName: string;
  readonly accessModes: readonly string[];
  readonly volumeMode: string;
  readonly fsType: string;
  readonly mountOptions?: readonly string[] | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Asked for, when it is more than the volume has: the claim is grown once it is bound. */
  readonly size?: string | undefined;
  /** As the source's claim asked for it. */
  readonly requestedStorage?: string | undefined;
  readonly sizeBytes: bigint;
  readonly volume: { readonly isEncrypted: boolean };
}
