/** `GET /v1/recovery`: Markdown to print, or the same facts as JSON for who asks for that. */
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { RestoreTools } from '../tools.ts';
import { type RecoveryFacts, recoveryFacts } from '../recovery/recovery-facts.ts';

/** It tells of every namespace: who may list operations in all of them may read it. */
export async function readRecovery(tools: RestoreTools, { caller, signal }: Incoming): Promise<RecoveryFacts> {
  await tools.authorize(caller, { verb: 'list', namespace: undefined }, signal);
  const { cluster, selfTest, rules } = tools;
  const [self, own, targets, backups, longhornVersion] = await Promise.all([
    cluster.identity(signal),
    cluster.ownClusters(signal),
    selfTest.port.listTargets(signal),
    selfTest.port.backups.list({}, signal),
    selfTest.longhorn.version(signal),
  ]);
  const { longhornNamespace } = tools;
  const image = rules.runnerImage;
  return recoveryFacts({ self, own, targets, backups, longhornNamespace, longhornVersion, image, now: tools.now() });
}

/** Markdown unless JSON is asked for by name. */
export function wantsJson(accept: string | undefined): boolean {
  return /\bapplication\/json\b/i.test(accept ?? '') && !/\btext\/markdown\b/i.test(accept ?? '');
}
