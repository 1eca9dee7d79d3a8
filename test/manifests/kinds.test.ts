/** The lists of kinds in manifests and documents agree with the table of kinds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KindOfOperation } from '@soteria/shared/operation/kinds/kind.ts';
import { operationKinds } from '@soteria/shared/operation/kinds/kinds.ts';
import { describe, expect, it } from 'vitest';
import { waitsOfKinds } from '../../scripts/generated-files.ts';

const policy = readFileSync(join(import.meta.dirname, '../../deploy/knative/base/admission/operations.yaml'), 'utf8');
const kindsThatLiveIn = (home: KindOfOperation['livesIn']): string[] =>
  Object.entries(operationKinds).flatMap(([kind, { livesIn }]) => (livesIn === home ? [kind] : []));

describe('the admission policy of Operations', () => {
  it('keeps the kinds that read a claim in the namespace of the claim', () => {
    const listed = /object\.spec\.kind in \[([^\]]*)\]/.exec(policy)?.[1] ?? '';
    expect(listed.split(',').map((name) => name.trim().replaceAll("'", ''))).toEqual(kindsThatLiveIn('source'));
  });

  it('keeps the kinds whose Jobs run there in the namespace of proofs', () => {
    const listed = [...policy.matchAll(/object\.spec\.kind != '(\w+)' \|\| request\.namespace == 'soteria-proof'/g)];
    expect(listed.map(([, kind]) => kind)).toEqual(kindsThatLiveIn('proof'));
  });

  it('keeps the kinds that delete restore points in Soteria’s own namespace', () => {
    const listed = [...policy.matchAll(/object\.spec\.kind != '(\w+)' \|\| request\.namespace == 'soteria'/g)];
    expect(listed.map(([, kind]) => kind)).toEqual(kindsThatLiveIn('own'));
  });
});

it('the waits of an operation are documented for every kind', () => {
  const documented = waitsOfKinds.flatMap(({ kinds }) => kinds);
  expect(documented.toSorted()).toEqual(Object.keys(operationKinds).toSorted());
});
