import { describe, expect, it } from 'vitest';
import { classifyKey } from './classify-key.ts';
import { settleConfigs } from './settle-configs.ts';
import { addTally, countVersion, emptyTally, maxOwners, restOwner } from './tally.ts';

const pack = `fleet/db/data/01/${'ab'.repeat(32)}`;

function tallyOf(...keys: string[]) {
  const tally = emptyTally();
  for (const key of keys) countVersion(tally, classifyKey(key), 10, undefined);
  return tally;
}

describe('a file named config', () => {
  it('belongs to the repository around it', () => {
    const { owners, bytes } = settleConfigs(tallyOf('fleet/db/config', 'fleet/readme', pack));
    expect(bytes).toBe(30);
    expect(owners['restic|fleet/db/']).toMatchObject({ bytes: 20, objects: 2 });
    expect(owners['restic|fleet/db/']?.parts['config']).toEqual({ bytes: 10, objects: 1 });
    expect(owners['prefix|fleet/']).toMatchObject({ bytes: 10, objects: 1 });
  });

  it('is an object like any other when there is no repository', () => {
    const { owners } = settleConfigs(tallyOf('app/config'));
    expect(owners).toEqual({
      'prefix|app/': {
        bytes: 10,
        objects: 1,
        hiddenBytes: 0,
        hiddenObjects: 0,
        parts: { objects: { bytes: 10, objects: 1 } },
      },
    });
  });
});

describe('the sums of a bucket', () => {
  it('stay small when very many files are named config', () => {
    const sum = emptyTally();
    for (let page = 0; page < 30; page += 1) {
      addTally(sum, tallyOf(...Array.from({ length: 100 }, (_, n) => `apps/${page}-${n}/config`)));
    }
    expect(Object.keys(sum.owners['prefix|apps/']?.parts ?? {}).length).toBeLessThan(70);
    const { owners } = settleConfigs(sum);
    expect(owners['prefix|apps/']).toMatchObject({
      objects: 3000,
      parts: { objects: { objects: 3000, bytes: 30_000 } },
    });
  });

  it('stay small when it has very many owners', () => {
    const sum = emptyTally();
    for (let page = 0; page < 30; page += 1) {
      addTally(sum, tallyOf(...Array.from({ length: 100 }, (_, n) => `p${page}-${n}/x`)));
    }
    expect(Object.keys(sum.owners)).toHaveLength(maxOwners + 1);
    expect(sum.owners[restOwner]).toMatchObject({ objects: 1000, bytes: 10_000 });
    expect(sum.objects).toBe(3000);
  });
});
