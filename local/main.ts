/** `npm start`: composition root of the embedded default; only this file and `demo-main.ts` exit the process. */
import { join } from 'node:path';
import { styleText } from 'node:util';
import { buildPageIfOutdated } from '../scripts/build-page.ts';
import { describeFailure } from './describe-failure.ts';
import { type LocalOptions, readOptions, usage } from './options.ts';
import { sampleClaims, sampleNamespace } from './sample.ts';
import { notifyTo } from './notify-to.ts';
import { applySamplePolicy, samplePolicy } from './sample-policy.ts';
import { type Local, startLocal } from './start-local.ts';
import { waitForStop } from './wait-for-stop.ts';
import { describeActivity } from './describe-activity.ts';

function welcome(local: Local, { hasSample, hasPolicy }: LocalOptions): string {
  const claim = sampleClaims[0] ?? 'notes';
  const namespace = hasSample ? sampleNamespace : '<namespace>';
  return `
Soteria is ready.

  page         ${local.frontDoorUrl}/
  front door   ${local.frontDoorUrl}/v1
  broker       ${local.brokerUrl}
  API server   ${local.apiServerUrl}
  kubectl      export KUBECONFIG=${local.kubeconfigPath}
  claims       ${join(local.claimsFolder, hasSample ? sampleNamespace : '')}
  backups      ${local.targetFolder}
  usage        ${local.frontDoorUrl}/v1/b2?refresh=true${hasPolicy ? `\n  policy       ${samplePolicy.id}: ${local.frontDoorUrl}/v1/policies/${samplePolicy.id}/preview` : ''}

Ask for a backup, in any of three ways:

  curl -i ${local.frontDoorUrl}/v1/backup --json '{"namespace":"${namespace}","pvc":"${claim}"}'

  curl -i ${local.brokerUrl} --json '{"namespace":"${namespace}","pvc":"${claim}"}' \\
    -H 'ce-specversion: 1.0' -H "ce-id: $RANDOM" -H 'ce-source: /me' -H 'ce-type: dev.soteria.backup.requested.v1'

  kubectl create -f examples/backup.yaml      # then: kubectl get operations -A

Not as in a real cluster:
${local.limits.map((line) => `  - ${line}`).join('\n')}

Ctrl-C stops everything. What happens from here on:
`;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const hasColour = process.stdout.isTTY;
  const stopped = waitForStop();
  console.log('Starting the API server, Longhorn, the mesh and the functions …');
  buildPageIfOutdated();
  const local = await startLocal({
    ...options,
    onActivity: (activity, at) => {
      const line = describeActivity(activity, at, { hasColour });
      if (line !== undefined) console.log(line);
    },
  });
  console.log(welcome(local, options));
  if (options.notify !== undefined) await notifyTo(local.cluster.client, options.notify);
  if (options.hasPolicy) await applySamplePolicy(local.frontDoorUrl);
  console.log(`\n${await stopped}: stopping …`);
  await local.stop();
  console.log(hasColour ? styleText('dim', 'Stopped. Everything is kept.') : 'Stopped. Everything is kept.');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(describeFailure(error));
    process.exit(1);
  },
);
