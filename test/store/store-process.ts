/** A store in its own process, so that it can be killed: `node store-process.ts DATA_FILE`. Prints its address. */
import { startStore } from '@soteria/local/store/start-store.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { randomUUID } from 'node:crypto';

const [dataFile = ''] = process.argv.slice(2);
const store = await startStore({ cluster: createMemoryCluster({ makeUid: randomUUID }), dataFile });
console.log(store.url);
