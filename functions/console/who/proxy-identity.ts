/**
 * Who a fronting proxy says is calling. Any pod of the cluster can send such headers, so they count only beside the secret that the proxy
 * shares with the console; without it they are looked at by nobody. Pure. Invariants:
 *  1. A secret that does not fit refuses the request, whatever else it carries.
 *  2. One header names the user and one the groups. A second name that also counted would be one that the proxy does not overwrite, and a caller could send it.
 *  3. No proxy makes a caller one of Kubernetes' own users or groups (`system:…`): a name that a person chose elsewhere must grant nothing here.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { RequestHeaders } from '@soteria/shared/http/request-headers.ts';
import type { Caller } from '@soteria/shared/identity/caller.ts';
import { equalsOneOf } from '@soteria/shared/identity/equals-one-of.ts';

export interface ProxySettings {
  /** The current one and the one before; empty: there is no proxy. */
  readonly secrets: readonly string[];
  readonly secretHeader: string;
  readonly userHeader: string;
  readonly groupsHeader: string;
}

const reserved = /^system:/i;
/** Kubernetes adds it to whoever it knows; roles may be bound to it. */
const authenticated = 'system:authenticated';

/** Undefined: the request does not come through the proxy, or the proxy names nobody. Throws `unauthenticated`. */
export function proxyCaller(headers: RequestHeaders, settings: ProxySettings): Caller | undefined {
  const secret = headers.get(settings.secretHeader);
  if (secret === null || settings.secrets.length === 0) return undefined;
  if (!equalsOneOf(secret, settings.secrets)) throw refused(`its ${settings.secretHeader} does not fit`);
  const user = headers.get(settings.userHeader)?.trim() ?? '';
  if (user === '') return undefined;
  if (reserved.test(user)) throw refused(`the proxy names ${user.slice(0, 100)}, a user of Kubernetes itself`);
  const groups = (headers.get(settings.groupsHeader) ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '' && !reserved.test(group));
  return { user, groups: [...new Set([...groups, authenticated])], proof: 'proxy' };
}

function refused(reason: string): SoteriaError {
  return new SoteriaError('unauthenticated', {
    what: 'the caller is not known',
    why: reason,
    fix: 'set the same SOTERIA_PROXY_SECRET in the proxy and in the Secret soteria-console, and have the proxy remove what callers send of these headers',
  });
}
