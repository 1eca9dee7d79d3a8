/** One object as a manifest holds it, and the changes that a kustomization may make to it. */
import * as z from 'zod';

export const manifestObject = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().exactOptional(),
    labels: z.record(z.string(), z.string()).exactOptional(),
    annotations: z.record(z.string(), z.string()).exactOptional(),
  }),
});
export type ManifestObject = z.infer<typeof manifestObject>;

export const image = z.strictObject({
  name: z.string().min(1),
  newName: z.string().min(1).exactOptional(),
  newTag: z.string().min(1).exactOptional(),
  digest: z.string().min(1).exactOptional(),
});
export type ImageChange = z.infer<typeof image>;
