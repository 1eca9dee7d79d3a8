/** A policy as YAML, and beside it what it would do: the server says so while one types, and nothing is stored before the button. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import { api } from '../api/client.ts';
import { dataOf } from '../api/problem.ts';
import { previewQuery } from '../api/queries.ts';
import { CopyBlock } from '../parts/copy-block.tsx';
import { ErrorNote } from '../parts/problem-note.tsx';
import { useSettled } from '../parts/settled.ts';
import { useTitle } from '../parts/title.ts';
import { Preview } from './preview.tsx';

const example = `id: nightly
namespaceSelector:
  matchLabels:
    kubernetes.io/metadata.name: sample
schedule: 0 2 * * *
rpo: 26h
retention:
  keepDaily: 7
  keepWeekly: 4`;

export function Draft() {
  useTitle('Write a policy');
  const [search, setSearch] = useSearchParams();
  const queries = useQueryClient();
  const yaml = search.get('yaml') ?? example;
  const settled = useSettled(yaml, 500);
  const preview = useQuery(previewQuery(settled));
  const store = useMutation({
    mutationFn: async (text: string) =>
      dataOf(
        await api.POST('/v1/policies', {
          headers: { 'content-type': 'application/yaml' },
          body: { id: 'draft' },
          bodySerializer: () => text,
        }),
      ),
    onSuccess: () => queries.invalidateQueries(),
  });
  const inGit = `apiVersion: v1
kind: ConfigMap
metadata:
  name: policies-mine
  namespace: soteria
  labels: { soteria.dev/policies: 'true' }
data:
  policy.yaml: |
${yaml.replaceAll(/^/gm, '    ')}`;
  return (
    <>
      <header className="screen-head">
        <p className="crumbs">
          <Link href="/policies">Policies</Link>
        </p>
        <h1>Write a policy</h1>
        <p className="lead">The preview beside it is the server’s. Nothing is stored before you say so.</p>
      </header>
      <div className="draft">
        <div>
          <label className="field">
            <span>Policy (YAML)</span>
            <textarea
              rows={18}
              value={yaml}
              spellCheck="false"
              autoCapitalize="none"
              onChange={(event) => setSearch({ yaml: event.target.value }, { replace: true })}
            />
          </label>
          <div className="actions">
            <button
              type="button"
              className="button first"
              disabled={preview.data === undefined || settled !== yaml || store.isPending}
              onClick={() => store.mutate(yaml)}
            >
              Store it
            </button>
          </div>
          {store.error === null ? null : <ErrorNote error={store.error} />}
          {store.data === undefined ? null : (
            <p className="made" role="status">
              Stored. It is evaluated at its schedule, and every hour.
            </p>
          )}
          <details className="sent-as">
            <summary>For Git, in place of the button</summary>
            <CopyBlock text={inGit} label="the ConfigMap" />
          </details>
        </div>
        <div aria-busy={preview.isFetching || settled !== yaml}>
          {preview.error !== null ? (
            <ErrorNote error={preview.error} />
          ) : preview.data === undefined ? (
            <p className="loading" role="status">
              Asking what it would do …
            </p>
          ) : (
            <Preview preview={preview.data} />
          )}
        </div>
      </div>
    </>
  );
}
