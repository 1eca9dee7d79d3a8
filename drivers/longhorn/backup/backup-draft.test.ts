import { SoteriaError } from '@soteria/shared/errors.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { expect, it } from 'vitest';
import { backupDraftOf } from './backup-draft.ts';
import { claim, operationWith, persistentVolume, rules, volume } from './fixtures.ts';
import type { World } from './world.ts';

const work = { attempt: 1, volume: 'vol-1', snapshot: 'snap', backup: 'backup' };

function draftWith(statusBytes: number, request: OperationRequest = {}) {
  const world: World = {
    claim: { seen: claim },
    persistentVolume: { seen: persistentVolume },
    volume: { seen: { ...volume, kubernetesStatusJson: `"${'y'.repeat(statusBytes)}"` } },
    identity: { seen: { id: 'cluster-1', uid: 'uid', bornAt: undefined } },
  };
  const operation = operationWith();
  const spec = { ...operation.spec, request: { ...operation.spec.request, ...request } };
  return backupDraftOf({ ...operation, spec }, work, world, rules);
}

it('takes a catalogue of 200 KB with it, byte for byte', () => {
  const draft = draftWith(200_000);
  expect(draft instanceof SoteriaError ? draft.message : JSON.stringify(draft.catalogue).length).toBeGreaterThan(
    200_000,
  );
});

it('refuses a catalogue that would not fit into the API server, and says what is too large', () => {
  const refused = draftWith(700_000);
  expect(refused).toBeInstanceOf(SoteriaError);
  expect(refused).toMatchObject({ code: 'unprocessable', isRetryable: false });
  expect(refused instanceof SoteriaError && refused.explanation.why).toMatch(
    /684 KiB, more than the 640 KiB.*KubernetesStatus/,
  );
});

it('says which policy the point belongs to, where there is one', () => {
  expect(draftWith(1, { policy: 'nightly' })).toMatchObject({ catalogue: { [catalogueKeys.policy]: 'nightly' } });
  expect(JSON.stringify(draftWith(1))).not.toContain(catalogueKeys.policy);
});
