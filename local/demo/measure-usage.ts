/** Compares the function's measurement of the bucket with the folder behind the bucket. */
import { folderVersions } from '../bucket/folder-versions.ts';
import type { DemoCaller } from './caller.ts';
import { waitFor } from './wait-for.ts';

export interface MeasuredClaim {
  readonly namespace: string;
  readonly pvc: string;
}

/** Throws when the numbers differ from the folder's, or have not come within `timeoutMs`. */
export async function measureUsage(
  caller: DemoCaller,
  { namespace, pvc }: MeasuredClaim,
  targetFolder: string,
  timeoutMs: number,
): Promise<string> {
  await caller.requestMeasurement();
  const { totals, claims } = await waitFor(timeoutMs, async (missing) => {
    const answer = await caller.call('GET /v1/b2', {});
    if (answer.failure !== null) throw new Error(`${answer.failure.what}: ${answer.failure.why}`);
    const { totals: sums } = answer;
    return sums === null ? missing(`nothing is measured: ${answer.state}`) : { totals: sums, claims: answer.claims };
  });
  const files = await folderVersions(targetFolder);
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (totals.current_bytes !== bytes || totals.current_objects !== files.length)
    throw new Error(`measured ${JSON.stringify(totals)}, the folder holds ${bytes} bytes in ${files.length} files`);
  const claim = claims.find((one) => one.namespace === namespace && one.pvc === pvc);
  if (claim === undefined) throw new Error(`nothing is attributed to ${namespace}/${pvc}`);
  const whole = `${bytes} bytes in ${files.length} objects`;
  return `${whole}, as the folder has; ${claim.current_bytes} of ${namespace}/${pvc} in ${claim.backups} backups`;
}
