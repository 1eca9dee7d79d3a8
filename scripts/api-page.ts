/** `docs/api.html`: every route on one page for people, from the table the OpenAPI document comes from; no script. Pure. */
import { type ErrorCode, errorTable } from '@soteria/shared/errors.ts';
import { groups, refusalsOfAny, refusalsOfBody, type Route, routes } from '@soteria/shared/http-contract/routes.ts';
import { membersOf } from './http-reference.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The notes are Markdown: code in backticks, and links into the documentation, of which the words stay. */
const prose = (text: string): string =>
  escaped(text)
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const codesOf = (codes: readonly ErrorCode[]): string =>
  [...new Set(codes)].map((code) => `<code>${errorTable[code].httpStatus}&nbsp;${code}</code>`).join(' ');

const anchorOf = (name: string): string => name.replaceAll(/[^A-Za-z0-9]+/g, '-').replace(/-$/, '');

function takes({ body, query, isRepeatable, isConditional }: Route): string {
  const rows = [
    ...(query === undefined
      ? []
      : [
          `query ${Object.keys(query.shape)
            .map((one) => `<code>${one}</code>`)
            .join(' ')}`,
        ]),
    ...(body === undefined ? [] : [`body ${prose(membersOf(body))}`]),
    ...(isRepeatable === true ? ['header <code>Idempotency-Key</code>'] : []),
    ...(isConditional === true ? ['header <code>If-Match</code>'] : []),
  ];
  return rows.map((row) => `<p class=t>${row}</p>`).join('');
}

function routeOf(name: string, route: Route): string {
  const answers = Object.entries(route.answers).map(
    ([status, { meaning }]) => `<p><b>${status}</b> ${prose(meaning)}</p>`,
  );
  const refusals = route.refusals.length === 0 ? '' : `<p class=r>${codesOf(route.refusals)}</p>`;
  const notes = route.notes === undefined ? '' : `<p>${prose(route.notes)}</p>`;
  return `<article id="${anchorOf(name)}"><h3><code>${escaped(name)}</code></h3><p>${prose(route.summary)}</p>${notes}${takes(route)}${answers.join('')}${refusals}</article>`;
}

export function apiPage(version: string): string {
  const all = Object.entries<Route>(routes);
  const sections = groups.map((group) => {
    const own = all.filter(([, route]) => route.group === group);
    return `<section><h2>${group}</h2>${own.map(([name, route]) => routeOf(name, route)).join('\n')}</section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Soteria: the API</title>
<link rel="stylesheet" href="/api.css"></head><body>
<h1>Soteria ${escaped(version)}: the API</h1>
<p>Machines read <a href="/v1/openapi.json">openapi.json</a> and, for the events, <a href="/v1/asyncapi.yaml">asyncapi.yaml</a>. <a href="/">The console</a> uses the same routes.</p>
<p>Prove who you are with <code>Authorization: Bearer</code> and a token of the cluster (<code>kubectl create token NAME</code>), unless a proxy or a sign-in does.
A refusal is a problem document (RFC 9457) with <code>code</code>, <code>what</code>, <code>why</code> and <code>fix</code>. <code>?</code> marks what may be left out.</p>
<p class=r>Any route: ${codesOf(refusalsOfAny)}; with a body also ${codesOf(refusalsOfBody)}</p>
${sections.join('\n')}
</body></html>
`;
}

export const apiStyle = `:root{color-scheme:dark light}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;border-bottom:1px solid}
article{margin:1.5rem 0}
h3{margin:0;font-size:1.05rem}
p{margin:.25rem 0}
code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
.t,.r{font-size:.9rem;opacity:.85}
`;
