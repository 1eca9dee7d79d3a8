/** The four answers that decide what to do next. */
import type { ReactNode } from 'react';
import type { ClaimRow, RestorePoint } from '../api/client.ts';
import { AgeBar } from '../parts/age-bar.tsx';
import { useNow } from '../parts/now.ts';
import { Time } from '../parts/time.tsx';
import { sayBytes, sayCount } from '../words/amounts.ts';
import { sayDuration, sayInstant, secondsBetween } from '../words/instants.ts';

interface ClaimFactsProps {
  readonly row: ClaimRow | null;
  /** Undefined: not read yet. */
  readonly points: readonly RestorePoint[] | undefined;
}

export function ClaimFacts({ row, points }: ClaimFactsProps) {
  const now = useNow();
  const last = row?.last_backup_at ?? points?.find(({ restorable }) => restorable)?.data_as_of ?? null;
  const proved = points?.find(({ verified_at }) => verified_at !== null);
  const provedAt = row?.verified_at ?? proved?.verified_at ?? null;
  const rto = row?.measured_rto_ms ?? null;
  return (
    <dl className="facts">
      <Fact
        name="Last good point"
        isMissing={last === null}
        note={last === null ? 'nothing can be restored' : sayInstant(last)}
      >
        {last === null ? 'none' : <Time at={last} />}
        {row?.rpo_seconds === undefined || row.rpo_seconds === null ? null : (
          <AgeBar
            ageSeconds={last === null ? null : Math.max(0, secondsBetween(last, now))}
            objectiveSeconds={row.rpo_seconds}
          />
        )}
      </Fact>
      <Fact
        name="Last proved point"
        note={
          provedAt === null
            ? 'no restore test has proved a point'
            : (row?.verified_strength ?? proved?.verified_strength ?? '')
        }
      >
        {provedAt === null ? 'none' : <Time at={provedAt} />}
      </Fact>
      <Fact
        name="Measured restore time"
        note={rto === null ? 'a restore test measures it' : 'of the last restore test'}
      >
        {rto === null ? 'unknown' : sayDuration(rto / 1000)}
      </Fact>
      <Fact
        name="Next backup due"
        note={row?.policy === undefined || row.policy === null ? 'no policy takes it' : `policy ${row.policy}`}
      >
        {row?.next_due_at === undefined || row.next_due_at === null ? 'not scheduled' : <Time at={row.next_due_at} />}
      </Fact>
      <Fact
        name="Objective"
        note={
          row?.missed_since === undefined || row.missed_since === null
            ? ''
            : `missed since ${sayInstant(row.missed_since)}`
        }
      >
        {row?.rpo_seconds === undefined || row.rpo_seconds === null ? 'none' : sayDuration(row.rpo_seconds)}
      </Fact>
      <Fact
        name="Kept"
        note={
          row?.size_at_target_bytes === undefined || row.size_at_target_bytes === null
            ? ''
            : `${sayBytes(row.size_at_target_bytes)} at the target`
        }
      >
        {row?.backup_count === undefined || row.backup_count === null ? '–' : sayCount(row.backup_count, 'point')}
      </Fact>
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly note: string;
  readonly isMissing?: boolean;
  readonly children: ReactNode;
}

function Fact({ name, note, isMissing = false, children }: FactProps) {
  return (
    <div className={isMissing ? 'fact is-missing' : 'fact'}>
      <dt>{name}</dt>
      <dd className="fact-value">{children}</dd>
      <dd className="fact-note">{note}</dd>
    </div>
  );
}
