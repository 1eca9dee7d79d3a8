/** Opens the adapter that the settings name, with its own connections. */
import type { StoreSettings } from './config.ts';
import type { OpenSource } from './tools.ts';
import { createB2Source } from './bucket/b2/b2-source.ts';
import { createExchange } from './bucket/exchange.ts';
import type { OnCall } from './bucket/port.ts';
import { createS3Source } from './bucket/s3/s3-source.ts';
import { defaultPatience, type Patience } from './bucket/try-again.ts';

export function openSource(settings: StoreSettings, onCall: OnCall, patience: Patience = defaultPatience): OpenSource {
  const { api, endpoint, region, addressing, keyId, applicationKey, buckets, ca, parallel } = settings;
  const exchange = createExchange({ ca, maxConnections: parallel });
  const common = { buckets, exchange, patience, onCall };
  const source =
    api === 'b2'
      ? createB2Source({ ...common, settings: { endpoint, keyId, applicationKey } })
      : createS3Source({
          ...common,
          settings: { endpoint, region, addressing, accessKeyId: keyId, secretAccessKey: applicationKey },
        });
  return { source, close: () => exchange.close() };
}
