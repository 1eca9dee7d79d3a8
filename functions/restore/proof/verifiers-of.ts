/** What a restore test was asked to look at beyond the mount. Pure. */
import { weaknesses } from '@soteria/shared/verification/verdict.ts';
import type { Operation, OperationRequest } from '@soteria/shared/operation/record/schema.ts';

export type Verifier = 'files' | 'database' | 'command';

/** None: no verifier was defined, and every answer says so. */
export function verifiersOf({ verify = {} }: OperationRequest): Verifier[] {
  const { minFiles = 0, minBytes = 0, sampleChecksums = 0, manifest, maxDropPercent, database, command } = verify;
  const hasFiles =
    minFiles > 0 || minBytes > 0 || sampleChecksums > 0 || manifest !== undefined || maxDropPercent !== undefined;
  return [
    ...(hasFiles ? (['files'] as const) : []),
    ...(database === undefined ? [] : (['database'] as const)),
    ...(command === undefined ? [] : (['command'] as const)),
  ];
}

/** What every answer about a restore test says of it; nothing for other kinds. */
export function verifiersViewOf({ spec }: Pick<Operation, 'spec'>) {
  if (spec.kind !== 'RestoreTest') return {};
  const verifiers = verifiersOf(spec.request);
  return verifiers.length === 0 ? { verifiers, warning: weaknesses.no_verifier } : { verifiers };
}
