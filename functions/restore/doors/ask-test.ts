/** `POST /v1/restore-test`: with `target_pvc` the older name of a restore; without it a test that removes what it made. */
import { restoreTestRequest } from '@soteria/shared/operation/kinds/RestoreTest.ts';
import { jobs } from '@soteria/shared/kubernetes/core-types.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { requestedTest } from '../ask.ts';
import type { RestoreTools } from '../tools.ts';
import { type Answer, answerRequested, askByHttp } from './ask-http.ts';
import { parseBody, refuseTwoChoices } from './parse-body.ts';

const example =
  '{"namespace": "…", "pvc": "…"}; optional members: target_pvc (then it is a restore), snapshot, backup_url or as_of, cluster_id, ' +
  'test_namespace, verify: {files: {min, min_bytes, sample_checksums, manifest, max_drop_percent}, database: sqlite, ' +
  'database_files, command: {image, argv, timeout}}, dry_run';

export async function askForTest(tools: RestoreTools, body: unknown, incoming: Incoming): Promise<Answer> {
  if (typeof body === 'object' && body !== null && 'target_pvc' in body) {
    return askByHttp(tools, body, incoming);
  }
  const request = parseBody(restoreTestRequest, body, example);
  refuseTwoChoices(request);
  const { test_namespace: namespace } = request;
  if (namespace !== undefined) await tools.authorize(incoming.caller, { verb: 'create', namespace }, incoming.signal);
  if (request.verify?.command !== undefined) {
    // Who may not start programs there by Kubernetes may not do it by us.
    const access = { verb: 'create', namespace: namespace ?? proofNamespace, of: jobs } as const;
    await tools.authorize(incoming.caller, access, incoming.signal);
  }
  return answerRequested(tools, requestedTest(request), request.dry_run === true, incoming);
}
