/**
 * What the proofs of a point have read in it. A request may name a file that was never there, and that says nothing about the point; a file
 * that a proof has read before and that is missing now refutes it. Pure.
 */
import { type ClaimProof, readMark } from '@soteria/shared/restore-points/claim-proof.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { ownRecord } from '@soteria/shared/verification/own-record.ts';
import type { VerificationChecks } from '@soteria/shared/verification/verification-job.ts';

/** Of the databases that a test finds by itself; a path in a claim is never empty. */
const foundDatabases = readMark('database', '');

/** A test that has proved its point has read everything that its request names; `manifest`: what it has compared with. */
export function marksOfProof({ verify = {} }: OperationRequest, manifest: string | undefined): string[] {
  const { database, databaseFiles } = verify;
  return [
    ...(manifest === undefined ? [] : [readMark('manifest', manifest)]),
    ...(databaseFiles ?? []).map((path) => readMark('database', path)),
    ...(database !== undefined && databaseFiles === undefined ? [foundDatabases] : []),
  ];
}

/** Of what the request names, and of the record that a claim keeps of itself, what was read before in that very point. */
export function wasReadIn(
  proof: ClaimProof | undefined,
  point: string,
  { verify = {} }: OperationRequest,
): Pick<VerificationChecks, 'wasRead' | 'hadDatabases'> {
  const marks = new Set((proof?.points ?? []).filter((one) => one.point === point).flatMap(({ read }) => read ?? []));
  const { manifest = ownRecord, databaseFiles = [] } = verify;
  const was = (what: 'manifest' | 'database') => (path: string) => marks.has(readMark(what, path));
  return {
    wasRead: [...[manifest].filter(was('manifest')), ...databaseFiles.filter(was('database'))],
    hadDatabases: marks.has(foundDatabases),
  };
}
