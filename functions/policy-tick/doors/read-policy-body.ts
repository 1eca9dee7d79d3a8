/** The policy in a body: JSON, or YAML as it stands in Git. A mistake names its member and, in YAML, its line. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { readJsonBody, readTextBody } from '@soteria/shared/function/json-body.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { fromRecurringJobs } from '@soteria/shared/http-contract/recurring-jobs-answer.ts';
import { type Policy, policySchema } from '@soteria/shared/policy/policy-schema.ts';
import { parseJson } from '@soteria/shared/strict-json.ts';
import type { Context } from 'hono';
import { readPolicyText } from '../policy/read-policy-text.ts';

const fix =
  'send one policy as docs/openapi.json describes it, for example {"id": "nightly", "schedule": "0 2 * * *", "namespaceSelector": {}}';
/** Of the preview. */
const orStored =
  '; or {"from": "recurring-jobs"}. The preview of a policy that is stored is GET /v1/policies/{id}/preview';

export async function readPolicyBody(c: Context): Promise<Policy> {
  if (isYaml(c)) return readText(c);
  return parsePolicy(await readJsonBody(c));
}

/** The preview takes `{from: "recurring-jobs"}` in place of a policy. */
export async function readPreviewBody(c: Context): Promise<Policy | 'recurring-jobs'> {
  if (isYaml(c)) return readText(c);
  const body = await readJsonBody(c);
  if (typeof body !== 'object' || body === null || !('from' in body)) return parsePolicy(body, fix + orStored);
  const parsed = fromRecurringJobs.safeParse(body);
  if (parsed.success) return parsed.data.from;
  throw refused(problemsOf(parsed.error, 'the body'), fix + orStored);
}

function isYaml(c: Context): boolean {
  return /^(?:application|text)\/(?:x-)?yaml\b/i.test(c.req.header('content-type') ?? '');
}

function parsePolicy(body: unknown, toFix = fix): Policy {
  const parsed = policySchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw refused(problemsOf(parsed.error, 'the body'), toFix);
}

async function readText(c: Context): Promise<Policy> {
  const [only, ...others] = await readPolicyText(await readTextBody(c));
  if (only === undefined) throw refused(['the body: it holds no policy']);
  if (others.length > 0) throw refused([`line ${others[0]?.line}: a second policy begins; each is sent by itself`]);
  const { policy, line, faults = [] } = only;
  if (policy === undefined) {
    throw refused(faults.map((one) => `line ${one.line}: ${one.member === '' ? '' : `${one.member}: `}${one.why}`));
  }
  // An escape of YAML can stand for what no JSON body may hold.
  const { fault } = parseJson(JSON.stringify(policy));
  if (fault !== undefined) throw refused([`line ${line}: ${fault.member} ${fault.why}`]);
  return policy;
}

function refused(problems: readonly string[], toFix = fix): SoteriaError {
  const explanation = { what: 'the policy is not valid', why: problems.join('; '), fix: toFix };
  return new SoteriaError('invalid_request', explanation, { details: { problems } });
}
