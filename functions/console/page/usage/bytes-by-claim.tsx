import { Link } from 'wouter';
import type { Usage } from '../api/client.ts';
import { sayBytes, sayCount } from '../words/amounts.ts';

const shown = 100;

/** Bars against the largest: what is current, then what is hidden. */
export function BytesByClaim({ claims }: { readonly claims: Usage['claims'] }) {
  const sorted = claims.toSorted((a, b) => total(b) - total(a)).slice(0, shown);
  const largest = Math.max(1, ...sorted.map(total));
  return (
    <ul className="rows">
      {sorted.map((claim) => (
        <li key={`${claim.bucket} ${claim.volume}`}>
          <div className="row usage-row">
            <div className="row-name">
              {claim.namespace === null || claim.pvc === null ? (
                claim.volume
              ) : (
                <Link href={`/claims/${claim.namespace}/${claim.pvc}`}>
                  {claim.namespace}/<wbr />
                  <b>{claim.pvc}</b>
                </Link>
              )}{' '}
              <span className="tone-soft">{sayCount(claim.backups, 'backup')}</span>
            </div>
            <svg
              width="100%"
              height="12"
              role="img"
              aria-label={`${sayBytes(claim.current_bytes)} current, ${sayBytes(claim.hidden_bytes)} hidden`}
            >
              <rect className="usage-current" width={`${(claim.current_bytes / largest) * 100}%`} height="12" rx="2" />
              <rect
                className="usage-hidden"
                x={`${(claim.current_bytes / largest) * 100}%`}
                width={`${(claim.hidden_bytes / largest) * 100}%`}
                height="12"
                rx="2"
              />
            </svg>
            <span className="tone-soft usage-bytes">{sayBytes(total(claim))}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}

function total({ current_bytes, hidden_bytes }: Usage['claims'][number]): number {
  return current_bytes + hidden_bytes;
}
