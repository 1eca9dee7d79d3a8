/**
 * The variables that the restic fleet's script knew, as keys of the same Secret: `NTFY_ENABLED`, `NTFY_SERVER`, `NTFY_TOPIC`, `NTFY_CREDS`, `NTFY_TITLE`,
 * `NTFY_PRIO`, `NTFY_TAG`. The script gave title and credentials to a shell; here a title with `$(…)` or backquotes is refused. Pure.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';

export type FleetVariables = Readonly<Record<string, string>>;

/** The channel they describe, as it would stand in `config.yaml`; undefined: there is none. */
export function ntfyOfFleet(variables: FleetVariables): Record<string, unknown> | undefined {
  if (variables['NTFY_ENABLED']?.trim().toLowerCase() !== 'true') return undefined;
  const server = variables['NTFY_SERVER']?.trim() || 'ntfy.sh';
  return {
    name: 'ntfy-fleet',
    type: 'ntfy',
    server: /^https?:\/\//.test(server) ? server : `https://${server}`,
    topic: variables['NTFY_TOPIC']?.trim() || 'backup',
    ...credentialsOf(variables['NTFY_CREDS']),
    ...titleOf(variables),
    priority: Number(variables['NTFY_PRIO']?.trim() || 4),
    tags: [variables['NTFY_TAG']?.trim() || 'bangbang'],
  };
}

/** The value held an option of curl: `-u user:password`. */
function credentialsOf(text: string | undefined): Record<string, string> {
  if (text === undefined || text.trim() === '') return {};
  const found = /^\s*(?:-u|--user)[ =]?\s*(['"]?)([^:'"\s]*):(.+)\1\s*$/.exec(text);
  if (found === null) {
    throw new SoteriaError('invalid_request', {
      what: 'NTFY_CREDS of the Secret soteria-notify is not understood',
      why: 'only the form "-u user:password" is, since no shell is run',
      fix: 'write "-u user:password", or a channel with a token in config.yaml',
    });
  }
  const [, , user = '', password = ''] = found;
  // ntfy takes a token as the password of no user.
  return user === '' ? { token: password } : { user, password };
}

function titleOf(variables: FleetVariables): { title?: string } {
  const text = variables['NTFY_TITLE'];
  if (text === undefined || text.trim() === '') return {};
  const filled = text.replaceAll(/\$\{?RESTIC_HOSTNAME\}?/g, () => variables['RESTIC_HOSTNAME'] ?? '${cluster}');
  if (/`|\$\(/.test(filled)) {
    throw new SoteriaError('invalid_request', {
      what: 'NTFY_TITLE of the Secret soteria-notify is a shell command',
      why: 'the older script ran it; Soteria runs no shell',
      fix: 'write a text; ${title}, ${cluster} and ${severity} are filled in',
    });
  }
  return { title: filled };
}
