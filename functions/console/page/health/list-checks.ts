/** What must hold, from what could be read. Pure. */
import type { Inventory, Recovery, SelfTest } from '../api/client.ts';
import { sayCount } from '../words/amounts.ts';

export interface Check {
  readonly name: string;
  /** `unknown`: not read yet. */
  readonly state: 'holds' | 'missing' | 'unknown';
  readonly why: string;
  readonly fix?: string | undefined;
}

interface Read {
  readonly inventory: Inventory | undefined;
  readonly recovery: Recovery | undefined;
  readonly selfTest: SelfTest | undefined;
}

export function listChecks({ inventory, recovery, selfTest }: Read): Check[] {
  return [
    targetCheck(recovery),
    longhornCheck(recovery),
    evaluationCheck(inventory),
    selfTestCheck(selfTest),
    identityCheck(recovery),
    pauseCheck(inventory),
  ];
}

function targetCheck(recovery: Recovery | undefined): Check {
  const name = 'A backup target is available';
  if (recovery === undefined) return { name, state: 'unknown', why: '' };
  const lost = recovery.targets.filter(({ is_available }) => !is_available);
  if (recovery.targets.length === 0) {
    return {
      name,
      state: 'missing',
      why: 'Longhorn has no backup target',
      fix: 'set one in Longhorn’s BackupTarget default',
    };
  }
  return lost.length === 0
    ? { name, state: 'holds', why: recovery.targets.map(({ name, url }) => `${name}: ${url}`).join(', ') }
    : {
        name,
        state: 'missing',
        why: `${lost.map(({ name }) => name).join(', ')} cannot be reached`,
        fix: 'kubectl -n longhorn-system describe backuptarget; look at its address, its Secret and the network',
      };
}

function longhornCheck(recovery: Recovery | undefined): Check {
  const name = 'Longhorn is there';
  if (recovery === undefined) return { name, state: 'unknown', why: '' };
  const { longhorn } = recovery.versions;
  return longhorn === null
    ? { name, state: 'missing', why: 'its version could not be read', fix: 'kubectl -n longhorn-system get pods' }
    : { name, state: 'holds', why: `version ${longhorn}` };
}

function evaluationCheck(inventory: Inventory | undefined): Check {
  const name = 'Policies look after the claims';
  if (inventory === undefined) return { name, state: 'unknown', why: '' };
  if (inventory.evaluated_at === null) {
    return {
      name,
      state: 'missing',
      why: 'no policy has been evaluated yet',
      fix: 'create a policy; the hourly sweep evaluates too',
    };
  }
  const { claims, accounted, percent } = inventory.coverage;
  return percent === 100
    ? { name, state: 'holds', why: `${sayCount(claims, 'claim')}, all accounted for` }
    : {
        name,
        state: 'missing',
        why: `${accounted} of ${sayCount(claims, 'claim')} are accounted for`,
        fix: 'look at the unprotected claims on Protection',
      };
}

function selfTestCheck(selfTest: SelfTest | undefined): Check {
  const name = 'The self-test has passed';
  if (selfTest === undefined) return { name, state: 'unknown', why: '' };
  return selfTest.is_ready
    ? { name, state: 'holds', why: selfTest.why }
    : {
        name,
        state: 'missing',
        why: selfTest.why,
        fix: 'run it below: it writes, backs up, restores and compares a claim made for it',
      };
}

function identityCheck(recovery: Recovery | undefined): Check {
  const name = 'The cluster’s id is its own';
  if (recovery === undefined) return { name, state: 'unknown', why: '' };
  return recovery.is_id_of_this_cluster_alone
    ? { name, state: 'holds', why: recovery.cluster_id }
    : {
        name,
        state: 'missing',
        why: 'another living cluster writes under the same id',
        fix: 'set SOTERIA_CLUSTER_ID in one of them',
      };
}

function pauseCheck(inventory: Inventory | undefined): Check {
  const name = 'Soteria is not paused';
  if (inventory === undefined) return { name, state: 'unknown', why: '' };
  return inventory.paused === true
    ? { name, state: 'missing', why: 'it makes and deletes nothing', fix: 'end the pause in the settings' }
    : { name, state: 'holds', why: 'it acts' };
}
