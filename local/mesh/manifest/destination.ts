/** Where an event is sent: a reference to an addressable object, a URI, or a URI relative to a reference. */
import * as z from 'zod';

export const destination = z
  .strictObject({
    ref: z
      .union([
        z.strictObject({
          apiVersion: z.literal('serving.knative.dev/v1'),
          kind: z.literal('Service'),
          name: z.string(),
          namespace: z.string().optional(),
        }),
        z.strictObject({
          apiVersion: z.literal('eventing.knative.dev/v1'),
          kind: z.literal('Broker'),
          name: z.string(),
          namespace: z.string().optional(),
        }),
      ])
      .optional(),
    uri: z.string().optional(),
  })
  .refine((value) => value.ref !== undefined || value.uri !== undefined, 'neither ref nor uri is given');

export type Destination = z.infer<typeof destination>;

/** Finds the mesh's own listeners. Undefined: no such object (yet). */
export interface Addresses {
  serviceUrl(namespace: string, name: string): string | undefined;
  brokerUrl(namespace: string, name: string): string | undefined;
  /** Every cluster address in the text replaced by its loopback address. */
  toLoopback(text: string): string;
}

/** The loopback URL of a destination named by an object of that namespace; undefined while its object does not exist. */
export function resolveDestination(to: Destination, namespace: string, addresses: Addresses): string | undefined {
  if (to.ref === undefined) return to.uri === undefined ? undefined : addresses.toLoopback(to.uri);
  const owner = to.ref.namespace ?? namespace;
  const base =
    to.ref.kind === 'Service' ? addresses.serviceUrl(owner, to.ref.name) : addresses.brokerUrl(owner, to.ref.name);
  if (base === undefined) return undefined;
  return to.uri === undefined ? base : new URL(to.uri, `${base}/`).href;
}

/** For messages: the address in the manifest, not the address on this machine. */
export function describeDestination(to: Destination): string {
  return to.ref === undefined ? (to.uri ?? '') : `${to.ref.kind} ${to.ref.name}${to.uri ?? ''}`;
}
