/** What Pods of ours have in common: no rights, no user of their own choice. */

/** Id of the image's unprivileged user and group. */
const nonRoot = 65_532;

/** Pod Security "restricted", for the Pod and for each of its containers. */
export const unprivilegedPod = {
  runAsNonRoot: true,
  runAsUser: nonRoot,
  runAsGroup: nonRoot,
  seccompProfile: { type: 'RuntimeDefault' },
};
export const unprivilegedContainer = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A Pod that mounts a user's claim gets no token either. */
export const restrictedPod = {
  restartPolicy: 'Never',
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 5,
  securityContext: { ...unprivilegedPod, fsGroup: nonRoot, fsGroupChangePolicy: 'OnRootMismatch' },
};

export const restrictedContainer = {
  securityContext: unprivilegedContainer,
  resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
};
