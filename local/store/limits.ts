/** What the local store does not do; `npm start` prints it. The tests on a real API server cover these. */
export const limits: readonly string[] = [
  'No accounts and no rights: every process of this machine that can reach the port may do everything (RBAC objects are stored, not obeyed).',
  'No TokenReview and no SubjectAccessReview: creating one is refused by name.',
  'No garbage collection: objects with owner references stay when their owner is deleted.',
  'No admission policies and no webhooks: their objects are stored, not obeyed.',
  'No schemas: no field is checked, defaulted or pruned, in custom resources (CEL rules neither) or in most built-in kinds.',
  'No server-side apply, and no strategic merge of lists by their keys; kubectl apply works for custom resources and simple objects.',
  'No controllers and no kubelet: pods do not run, claims are not provisioned, Jobs do not finish by themselves.',
  'No storage protection: a claim or volume in use is deleted at once.',
  'No conversion between versions of a custom resource but the apiVersion, no TLS, no aggregated discovery, and protobuf only where kubectl create needs it.',
];
