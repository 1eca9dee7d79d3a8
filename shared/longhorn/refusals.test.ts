import { describe, expect, it } from 'vitest';
import { SoteriaError } from '../errors.ts';
import { stateThatRefuses } from './refusals.ts';

const refusal = (words: string, code: 'cluster_refused' | 'cluster_forbidden' = 'cluster_refused') =>
  new SoteriaError(code, {
    what: 'could not create volumes.longhorn.io',
    why: `the API server answered 422 Invalid: admission webhook "validator.longhorn.io" denied the request: ${words}`,
    fix: 'f',
  });

describe('a refusal of Longhorn’s webhook', () => {
  it.each([
    ['backup target default is not available', 'the backup target is away'],
    ['cannot find engine image by longhornio/longhorn-engine:v1.12.1', 'the engine image is not deployed'],
    ['engine image ei-1 is not deployed on node-1', 'the engine image is not deployed'],
    ['BUG: Invalid empty Setting.EngineImage', 'a setting is not there yet'],
    ['invalid empty setting default-engine-image', 'a setting is not there yet'],
    ['failed to get valid mode for setting default data locality for volume: one: none', 'a setting is not there yet'],
    ['settings.longhorn.io "default-data-locality" not found', 'a setting is not there yet'],
    ['cannot get backup one: backup.longhorn.io "one" not found', 'the catalogue is being read'],
    ['failed to get backup one: backup.longhorn.io "one" not found', 'the catalogue is being read'],
    ['cannot get backup volume for backup target  and volume v: it cannot be empty', 'the catalogue is being read'],
    ['cannot operate during migration', 'the volume is being moved or upgraded'],
  ])('that says “%s” is of the installation', (words, state) => {
    expect(stateThatRefuses(refusal(words))).toBe(state);
  });

  it.each([
    'invalid name x.y',
    'invalid volume frontend specified: ',
    'volume backup target default and label backup target other does not match',
    'snapshot <nil> is invalid',
    'failed to get volume vol-1: volume.longhorn.io "vol-1" not found',
    'failed to get backup target far: backuptarget.longhorn.io "far" not found',
    'failed to get backup block size from the volume vol-1 of backup one: volume.longhorn.io "vol-1" not found',
    'snapshot is not allowed for linked-clone volume vol-1',
    'the number of replicas must be between 1 and 20',
  ])('that says “%s” is of the request', (words) => {
    expect(stateThatRefuses(refusal(words))).toBeUndefined();
  });

  it('of what we may do is of the request, whatever it says', () => {
    expect(stateThatRefuses(refusal('cannot create volume: v2 data engine is not enabled', 'cluster_forbidden'))).toBe(
      undefined,
    );
    const quota = new SoteriaError('cluster_unavailable', {
      what: 'w',
      why: 'backup target x is not available',
      fix: 'f',
    });
    expect(stateThatRefuses(quota)).toBeUndefined();
  });
});
