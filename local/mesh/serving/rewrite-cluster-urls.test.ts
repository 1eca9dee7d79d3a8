import { describe, expect, it } from 'vitest';
import { rewriteClusterUrls } from './rewrite-cluster-urls.ts';

const addresses = {
  brokerIngressUrl: 'http://127.0.0.1:1',
  serviceUrl: (namespace: string, name: string) =>
    namespace === 'soteria' && name === 'backup' ? 'http://127.0.0.1:2' : undefined,
};

describe('a cluster address', () => {
  it.each([
    ['http://broker-ingress.knative-eventing.svc.cluster.local/soteria/default', 'http://127.0.0.1:1/soteria/default'],
    ['http://broker-ingress.knative-eventing.svc:80/soteria/default', 'http://127.0.0.1:1/soteria/default'],
    ['http://backup.soteria.svc.cluster.local', 'http://127.0.0.1:2'],
    ['http://backup.soteria.svc/v1/x?y', 'http://127.0.0.1:2/v1/x?y'],
    ['http://backup.soteria.svc.cluster.local,http://backup.soteria.svc', 'http://127.0.0.1:2,http://127.0.0.1:2'],
    ['http://longhorn-frontend.longhorn-system.svc', 'http://longhorn-frontend.longhorn-system.svc'],
    ['http://backup.soteria.svc.cluster.local.evil.example', 'http://backup.soteria.svc.cluster.local.evil.example'],
    ['https://backup.soteria.svc', 'https://backup.soteria.svc'],
    ['plain text', 'plain text'],
  ])('%s becomes %s', (text, rewritten) => {
    expect(rewriteClusterUrls(text, addresses)).toBe(rewritten);
  });
});
