/** A restore test that ends before its claim could be looked at: its point is refuted only if the driver says that it is damaged. Pure. */
import type { AnyAction } from '@soteria/shared/operation/engine/advance.ts';
import { shorten } from '@soteria/shared/operation/record/status.ts';
import { isStep, type RestoreStep } from '../../../drivers/restore/action.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import type { Situation } from '../../../drivers/restore/situation.ts';

/** The failure with a verdict in it, or what must be looked at first. Other actions stay as they are. */
export function withVerdict(driver: RestoreDriver, situation: Situation, action: AnyAction): RestoreStep | AnyAction {
  const { operation, now } = situation;
  if (operation.spec.kind !== 'RestoreTest' || !isStep(action) || action.do !== 'record') return action;
  const { phase, result, error, work, startedAt } = action.status;
  if (phase !== 'Failed' || result !== undefined || work === undefined || !driver.hasBegun(work)) {
    return action;
  }

  const damage = driver.decideDamage(situation);
  if (typeof damage === 'string') return { do: 'look', at: damage };
  const proof = {
    outcome: damage ? ('refuted' as const) : ('inconclusive' as const),
    why: shorten(error?.why ?? 'it did not come to a restored claim', 256),
    verifyMs: 0,
    totalMs: Math.max(0, now.getTime() - Date.parse(startedAt ?? now.toISOString())),
  };
  const { restorePoint, dataAsOf, backup } = work;
  const known = Object.entries({ restorePoint, dataAsOf, backup }).filter(([, value]) => value !== undefined);
  return { do: 'record', status: { ...action.status, result: { ...Object.fromEntries(known), proof } } };
}
