/** What the routes of policies do. Who may list Operations in Soteria's namespace sees all policies; who may create them there changes them. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type {
  PolicyChangedAnswer,
  PolicyListAnswer,
  PolicyPreviewAnswer,
  PolicyViewAnswer,
} from '@soteria/shared/http-contract/policy-answers.ts';
import { jobs } from '@soteria/shared/kubernetes/core-types.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { deletePolicyQuery, dryRunQuery, policiesQuery, previewQuery } from '@soteria/shared/http-contract/queries.ts';
import type { RecurringJobsAnswer } from '@soteria/shared/http-contract/recurring-jobs-answer.ts';
import type { Policy } from '@soteria/shared/policy/policy-schema.ts';
import { resolvePolicy } from '../policy/resolve-policy.ts';
import { sourceText } from '../policy/stored-policies.ts';
import { previewResolved } from '../preview/preview-policy.ts';
import { previewJobs } from '../recurring-jobs/preview-jobs.ts';
import { readJobs } from '../recurring-jobs/read-jobs.ts';
import { noPolicy, type PolicyChange, type VersionedBook } from '../store/policy-store.ts';
import type { PolicyTickTools } from '../tools.ts';
import { announceChange } from './announce-change.ts';
import { policiesYaml } from './policies-yaml.ts';
import { readIfMatch } from './read-if-match.ts';
import { type Query, readQuery } from './read-query.ts';

export { readPolicyBody, readPreviewBody } from './read-policy-body.ts';

export async function listPolicies(tools: PolicyTickTools, rawQuery: Query, incoming: Incoming) {
  const { format } = readQuery(policiesQuery, rawQuery);
  const book = await readAsCaller(tools, incoming);
  return { version: book.version, said: format === 'yaml' ? await policiesYaml(book, tools.namespace) : listOf(book) };
}

function listOf({ version, policies, faults, conflicts }: VersionedBook): PolicyListAnswer {
  return {
    version,
    items: policies.map((one) => Object.assign({ ...one }, { editable: one.source.store === 'api' })),
    faults: faults.map((fault) => Object.assign({ ...fault }, { id: fault.id ?? null })),
    conflicts,
  };
}

export async function getPolicy(tools: PolicyTickTools, id: string, incoming: Incoming) {
  const book = await readAsCaller(tools, incoming);
  const { policy, source } = findPolicy(book, id);
  const unused = book.conflicts.find((conflict) => conflict.id === id)?.unused ?? null;
  const said: PolicyViewAnswer = { policy, source, editable: source.store === 'api', unused };
  return { version: book.version, said };
}

export interface Asked {
  readonly query: Query;
  readonly ifMatch: string | undefined;
  readonly incoming: Incoming;
}

export async function putPolicy(tools: PolicyTickTools, policy: Policy, { query, ifMatch, incoming }: Asked) {
  const isDryRun = readQuery(dryRunQuery, query).dry_run === 'true';
  const options = { ifMatch: readIfMatch(ifMatch), isDryRun, signal: incoming.signal };
  await mayChange(tools, incoming);
  await mayRunCommand(tools, policy, incoming);
  return tell(tools, { id: policy.id, isDryRun, change: await tools.policies.put(policy, options) }, incoming);
}

/** `id` is in the path or in the query. */
export async function deletePolicy(tools: PolicyTickTools, inPath: string | undefined, asked: Asked) {
  const { query, ifMatch, incoming } = asked;
  const { dry_run: dryRun, id } =
    inPath === undefined ? readQuery(deletePolicyQuery, query) : { ...readQuery(dryRunQuery, query), id: inPath };
  const isDryRun = dryRun === 'true';
  const options = { ifMatch: readIfMatch(ifMatch), isDryRun, signal: incoming.signal };
  await mayChange(tools, incoming);
  return tell(tools, { id, isDryRun, change: await tools.policies.remove(id, options) }, incoming);
}

/** Of a policy that is not stored. */
export async function previewPolicy(
  tools: PolicyTickTools,
  policy: Policy,
  { query, incoming }: Pick<Asked, 'query' | 'incoming'>,
): Promise<PolicyPreviewAnswer> {
  const read = readQuery(previewQuery, query);
  await mayRead(tools, incoming);
  return previewResolved(tools, resolvePolicy(policy), { query: read, incoming });
}

export async function previewStored(
  tools: PolicyTickTools,
  id: string,
  { query, incoming }: Pick<Asked, 'query' | 'incoming'>,
): Promise<PolicyPreviewAnswer> {
  const read = readQuery(previewQuery, query);
  const { policy } = findPolicy(await readAsCaller(tools, incoming), id);
  return previewResolved(tools, resolvePolicy(policy), { query: read, incoming });
}

/** Policies that are equal to Longhorn's recurring jobs. It shows claims of all namespaces. */
export async function previewFromJobs(
  tools: PolicyTickTools,
  { query, incoming: { caller, signal } }: Pick<Asked, 'query' | 'incoming'>,
): Promise<RecurringJobsAnswer> {
  // The route declares these parameters; a wrong one is refused whatever the body asks for.
  readQuery(previewQuery, query);
  await tools.authorize(caller, { verb: 'list' }, signal);
  const { client, longhornNamespace } = await tools.loadCluster();
  const [seen, { policies }] = await Promise.all([
    readJobs(client, longhornNamespace, signal),
    tools.policies.read(signal),
  ]);
  return previewJobs({ ...seen, policyIds: new Set(policies.map(({ policy }) => policy.id)) });
}

function mayRead({ authorize, namespace }: PolicyTickTools, { caller, signal }: Incoming): Promise<void> {
  return authorize(caller, { verb: 'list', namespace }, signal);
}

export function mayChange({ authorize, namespace }: PolicyTickTools, { caller, signal }: Incoming): Promise<void> {
  return authorize(caller, { verb: 'create', namespace }, signal);
}

/** Its restore tests start programs: who may not do that by Kubernetes may not do it by us. */
async function mayRunCommand({ authorize }: PolicyTickTools, { verify }: Policy, incoming: Incoming): Promise<void> {
  if (verify?.command === undefined) return;
  await authorize(incoming.caller, { verb: 'create', namespace: proofNamespace, of: jobs }, incoming.signal);
}

async function readAsCaller(tools: PolicyTickTools, incoming: Incoming): Promise<VersionedBook> {
  await mayRead(tools, incoming);
  return tools.policies.read(incoming.signal);
}

export function findPolicy({ policies, faults }: VersionedBook, id: string): VersionedBook['policies'][number] {
  const found = policies.find(({ policy }) => policy.id === id);
  if (found !== undefined) return found;
  const fault = faults.find((one) => one.id === id);
  if (fault === undefined) throw noPolicy(id);
  const { what, why, fix, source } = fault;
  // The log gets the explanation of a refusal. A mistake may quote the Secret: only the caller, who may read all policies, gets it.
  const place = `it holds a mistake at ${sourceText(source)}`;
  throw new SoteriaError('unprocessable', { what, why: place, fix }, { details: { problems: [why] } });
}

interface Told {
  readonly id: string;
  readonly isDryRun: boolean;
  readonly change: PolicyChange;
}

async function tell(tools: PolicyTickTools, { id, isDryRun, change }: Told, incoming: Incoming) {
  const { did, version } = change;
  if (did !== 'nothing' && !isDryRun) await announceChange(tools, { id, did, version }, incoming);
  const said: PolicyChangedAnswer = { id, change: did === 'nothing' ? 'none' : did, version, dry_run: isDryRun };
  return { version, said };
}
