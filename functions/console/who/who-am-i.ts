/** `GET /v1/whoami`: who asks, and what Kubernetes lets the caller do. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { whoAmIQuery } from '@soteria/shared/http-contract/console-queries.ts';
import type { Access } from '@soteria/shared/identity/authorize.ts';
import type { ConsoleTools } from '../tools.ts';

export async function whoAmI(tools: ConsoleTools, rawQuery: unknown, { caller, signal }: Incoming) {
  const query = whoAmIQuery.safeParse(rawQuery);
  if (!query.success) {
    throw new SoteriaError('invalid_request', {
      what: 'the caller cannot be described',
      why: problemsOf(query.error, 'the query').join('; '),
      fix: 'allowed is namespace',
    });
  }
  const { namespace } = query.data;
  const may = (verb: Access['verb']): Promise<boolean> =>
    tools.authorize(caller, { verb, namespace }, signal).then(
      () => true,
      (error: unknown) => {
        if (error instanceof SoteriaError && error.code === 'forbidden') return false;
        throw error;
      },
    );
  const [list, create, update] = await Promise.all([may('list'), may('create'), may('update')]);
  const { user, groups, proof } = caller;
  return {
    user,
    groups,
    proof,
    auth_required: tools.settings.authRequired,
    namespace: namespace ?? null,
    may: { list, create, update },
  };
}
