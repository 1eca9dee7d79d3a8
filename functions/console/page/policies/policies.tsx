/** The policies of both stores, with what is wrong with any of them. */
import { useQuery } from '@tanstack/react-query';
import { CircleSlash, GitBranch, ScrollText } from 'lucide-react';
import { Link } from 'wouter';
import type { Policy } from '../api/client.ts';
import { policiesQuery } from '../api/queries.ts';
import { Loading } from '../parts/loading.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { StaleNote } from '../parts/stale-note.tsx';
import { useTitle } from '../parts/title.ts';
import { toYaml } from '../words/yaml.ts';

export function Policies() {
  useTitle('Policies');
  const query = useQuery(policiesQuery());
  const items = query.data?.items;
  return (
    <>
      <StaleNote query={query} />
      <header className="screen-head">
        <h1>Policies</h1>
        <p className="lead">
          Which claims are backed up, when, for how long the points are kept, and how they are proved.
        </p>
      </header>
      <div className="actions">
        <Link href="/policies/draft" className="button first">
          Write a policy
        </Link>
        <a href="/v1/policies?format=yaml" className="button">
          All as YAML for Git
        </a>
      </div>
      {query.data?.faults.map((fault) => (
        <ProblemNote key={fault.what + fault.source.object} problem={fault} />
      ))}
      {query.data?.conflicts.map(({ id, used, unused }) => (
        <ProblemNote
          key={id}
          tone="late"
          problem={{
            what: `the policy ${id} stands in two places`,
            why: `${used.object} is used, ${unused.object} is not`,
            fix: 'remove one of them',
          }}
        />
      ))}
      {items === undefined ? (
        query.error === null ? (
          <Loading what="policies" />
        ) : (
          <ErrorNote error={query.error} />
        )
      ) : items.length === 0 ? (
        <p className="empty">There is no policy yet, so nothing is backed up by itself.</p>
      ) : (
        <ul className="rows">
          {items.map(({ policy, source, editable }) => (
            <li key={policy.id}>
              <div className="row">
                {policy.suspend === true ? (
                  <CircleSlash className="tone-late" size={17} aria-label="suspended" role="img" />
                ) : source.store === 'git' ? (
                  <GitBranch className="tone-soft" size={17} aria-label="from Git" role="img" />
                ) : (
                  <ScrollText className="tone-soft" size={17} aria-label="stored here" role="img" />
                )}
                <div className="row-name">
                  <Link href={`/policies/draft?yaml=${encodeURIComponent(toYaml(policy).trim())}`}>
                    <b>{policy.id}</b>
                  </Link>{' '}
                  <span className="tone-soft">{policy.schedule ?? policy.preset ?? 'no schedule'}</span>
                </div>
                <p className="row-words tone-soft">{describe(policy)}</p>
                <span className="tone-faint">{editable ? 'stored here' : 'in Git'}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function describe({ rpo, retention, verify, claims, namespaceSelector, labelSelector }: Policy): string {
  const selected = [
    ...(claims === undefined ? [] : [claims.join(', ')]),
    ...Object.entries(namespaceSelector?.matchLabels ?? {}).map(
      ([key, value]) => `namespace ${key.replace('kubernetes.io/metadata.', '')}=${value}`,
    ),
    ...Object.entries(labelSelector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
  ];
  return [
    selected.length === 0 ? 'every claim' : selected.join(', '),
    rpo === undefined ? 'no objective' : `objective ${rpo}`,
    retention === undefined
      ? 'keeps all'
      : `keeps ${Object.entries(retention)
          .map(([name, count]) => `${name.replace('keep', '').toLowerCase()} ${String(count)}`)
          .join(', ')}`,
    verify === undefined ? 'never proved' : `proved every ${verify.every}`,
  ].join(' · ');
}
