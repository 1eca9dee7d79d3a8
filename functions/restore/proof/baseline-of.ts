/** What a restored point is compared with: what the same point held when it was proved before, or what an earlier one held. Pure. */
import type { ClaimProof, Judgement } from '@soteria/shared/restore-points/claim-proof.ts';
import type { VerificationChecks } from '@soteria/shared/verification/verification-job.ts';

export interface TestedPoint {
  readonly point: string;
  /** Of its data. */
  readonly dataAsOf: string | undefined;
}

type Baseline = Pick<VerificationChecks, 'expectFiles' | 'expectBytes' | 'baselineFiles' | 'baselineBytes'>;

/** Numbers that JSON cannot hold exactly are no baseline. */
function bytesOf({ bytes = '' }: Judgement): number | undefined {
  const count = /^\d+$/.test(bytes) ? Number(bytes) : Number.NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}

export function baselineOf(proof: ClaimProof | undefined, tested: TestedPoint): Baseline {
  const counted = (proof?.points ?? []).filter(({ files }) => files !== undefined);
  const same = counted.find(({ point }) => point === tested.point);
  if (same !== undefined) return { expectFiles: same.files, expectBytes: bytesOf(same) };
  const { dataAsOf } = tested;
  if (dataAsOf === undefined) return {};
  // A younger point says nothing about an older one: the claim may have grown in between.
  const [earlier] = counted
    .filter((one) => one.dataAsOf !== undefined && Date.parse(one.dataAsOf) <= Date.parse(dataAsOf))
    .toSorted((a, b) => Date.parse(b.dataAsOf ?? '') - Date.parse(a.dataAsOf ?? '') || b.at.localeCompare(a.at));
  return earlier === undefined ? {} : { baselineFiles: earlier.files, baselineBytes: bytesOf(earlier) };
}
