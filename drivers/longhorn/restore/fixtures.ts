/** For tests: what a backup records of its claim. */
export const shape = {
  version: 1,
  namespace: 'shop',
  pvc: 'data',
  labels: { app: 'shop', 'app.kubernetes.io/managed-by': 'Helm' },
  storageClassName: 'longhorn',
  accessModes: ['ReadWriteOnce'],
  volumeMode: 'Filesystem',
  requestedStorage: '1Gi',
  fsType: 'xfs',
  volume: {
    name: 'vol-1',
    sizeBytes: '1073741824',
    isEncrypted: false,
    numberOfReplicas: 2,
    dataEngine: 'v1',
    accessMode: 'rwo',
  },
};
