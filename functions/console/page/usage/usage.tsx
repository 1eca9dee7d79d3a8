/** What the backups take at the target, by claim, and what that costs. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, type Usage as Measured } from '../api/client.ts';
import { dataOf } from '../api/problem.ts';
import { usageQuery } from '../api/queries.ts';
import { Loading } from '../parts/loading.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { StaleNote } from '../parts/stale-note.tsx';
import { Time } from '../parts/time.tsx';
import { useTitle } from '../parts/title.ts';
import { sayBytes, sayCount } from '../words/amounts.ts';
import { BytesByClaim } from './bytes-by-claim.tsx';

export function Usage() {
  useTitle('Usage');
  const query = useQuery(usageQuery());
  const queries = useQueryClient();
  const measure = useMutation({
    mutationFn: async () => dataOf(await api.POST('/v1/b2/measure')),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['usage'] }),
  });
  const usage = query.data;
  if (usage === undefined)
    return query.error === null ? <Loading what="the usage" /> : <ErrorNote error={query.error} />;
  return (
    <>
      <StaleNote query={query} />
      <header className="screen-head">
        <h1>{headline(usage)}</h1>
        <p className="lead">
          {usage.measured_at === null ? (
            'Nothing has been measured yet.'
          ) : (
            <>
              Measured <Time at={usage.measured_at} />.
            </>
          )}
        </p>
      </header>
      {usage.state === 'not_configured' ? (
        <ProblemNote
          tone="unknown"
          problem={{
            what: 'the bucket cannot be read',
            why: usage.missing.join(', ') || 'no key is set',
            fix: usage.fix ?? 'give b2-usage a key that may list the bucket',
          }}
        />
      ) : (
        <div className="actions">
          <button
            type="button"
            className="button"
            disabled={measure.isPending || usage.measuring !== null}
            onClick={() => measure.mutate()}
          >
            {usage.measuring === null
              ? 'Measure now'
              : `Measuring: ${sayCount(usage.measuring.objects, 'object')} so far`}
          </button>
        </div>
      )}
      {measure.error === null ? null : <ErrorNote error={measure.error} />}
      {usage.failure === null ? null : <ProblemNote problem={usage.failure} />}
      {usage.totals === null ? null : <Totals usage={usage} />}
      {usage.claims.length === 0 ? null : (
        <section className="block">
          <h2>By claim</h2>
          <BytesByClaim claims={usage.claims} />
        </section>
      )}
      {usage.findings.length === 0 ? null : (
        <section className="block">
          <h2>Found in the buckets</h2>
          {usage.findings.map(({ code, subject, bytes, what, fix }) => (
            <ProblemNote
              key={`${code} ${subject}`}
              tone="late"
              problem={{
                what,
                why: [subject, bytes === null ? null : sayBytes(bytes)].filter((one) => one !== null).join(', '),
                fix,
              }}
            />
          ))}
        </section>
      )}
      <p className="more">
        <Link href="/health">What is missing to trust it</Link>
      </p>
    </>
  );
}

function headline({ totals, cost }: Measured): string {
  if (totals === null) return 'Usage';
  const price = cost === null ? '' : `, ${money(cost.storage_per_month, cost.currency)} a month`;
  return `${sayBytes(totals.stored_bytes)} stored${price}.`;
}

function Totals({ usage: { totals, growth, cost } }: { readonly usage: Measured }) {
  if (totals === null) return null;
  const facts: readonly (readonly [string, string])[] = [
    ['Current', sayBytes(totals.current_bytes)],
    ['Hidden versions', sayBytes(totals.hidden_bytes)],
    ['Without an owner', sayBytes(totals.orphaned_bytes)],
    ['Unfinished uploads', sayBytes(totals.unfinished_bytes)],
    ...(growth?.days_30_bytes === undefined || growth.days_30_bytes === null
      ? []
      : ([['Growth in 30 days', sayBytes(growth.days_30_bytes)]] as const)),
    ...(cost === null ? [] : ([['To the end of the month', money(cost.to_month_end, cost.currency)]] as const)),
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd className="fact-value">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function money(amount: number, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(amount);
}
