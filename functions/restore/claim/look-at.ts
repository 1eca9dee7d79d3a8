/** One look at the cluster: each answers what is now known. The function looks at its own places, the driver at all others. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Known } from '@soteria/shared/operation/engine/advance.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { commandJobName } from '@soteria/shared/verification/command-job.ts';
import { verificationJobName } from '@soteria/shared/verification/verification-job.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import type { RestoredShape } from '../../../drivers/restore/shape.ts';
import { type FunctionPlace, functionPlaces, type RestoreWorld } from '../../../drivers/restore/world.ts';
import { commandDraft, verifyDraft } from '../proof/proof-drafts.ts';
import { noFileSystem, tooLargeToTest, whyNoJobs } from '../proof/why-no-test.ts';
import { withChosenPoint } from './choose-point.ts';
import type { Lookers } from './tools.ts';

/** Of the chosen point. */
function shapeOf(driver: RestoreDriver, { operation, world }: Known<RestoreWorld>): RestoredShape | undefined {
  const { chosen } = world;
  if (chosen === undefined || chosen instanceof SoteriaError) return undefined;
  const shape = driver.shapeOf(chosen, operation.spec.request);
  return shape instanceof SoteriaError ? undefined : shape;
}

/** Both Jobs are tried, and not made. */
async function whyNoTest(
  { proofs, rules }: Lookers,
  driver: RestoreDriver,
  { operation, world }: Known<RestoreWorld>,
  signal?: AbortSignal,
): Promise<SoteriaError | undefined> {
  const { chosen } = world;
  const bytes = chosen === undefined || chosen instanceof SoteriaError ? 0n : driver.bytesToRead(chosen);
  if (shapeOf(driver, { operation, world })?.volumeMode === 'Block') return noFileSystem(operation);
  if (bytes > rules.maxTestBytesPerDay) return tooLargeToTest(operation, bytes, rules.maxTestBytesPerDay);
  for (const draft of [verifyDraft(operation, rules.runnerImage, undefined), commandDraft(operation)]) {
    const refusal = draft === undefined ? undefined : await proofs.whyNot(draft, signal);
    if (refusal !== undefined) return whyNoJobs(operation, refusal);
  }
  return undefined;
}

export async function lookAt(
  tools: Lookers,
  driver: RestoreDriver,
  known: Known<RestoreWorld>,
  at: string,
  signal?: AbortSignal,
): Promise<RestoreWorld> {
  const own = functionPlaces.find((place) => place === at);
  const world =
    own === undefined ? await driver.look(known, at, signal) : await lookAtOwn(tools, driver, known, own, signal);
  return withChosenPoint(driver, known.operation, world, at);
}

async function lookAtOwn(
  tools: Lookers,
  driver: RestoreDriver,
  { operation, world }: Known<RestoreWorld>,
  place: FunctionPlace,
  signal?: AbortSignal,
): Promise<RestoreWorld> {
  const { cluster, store } = tools;
  const made = claimRefOf(operation);
  switch (place) {
    case 'claim':
      return { ...world, claim: { seen: await cluster.getClaim(made.namespace, made.pvc, signal) } };
    case 'proof': {
      const seen = await tools.proofs.get(made.namespace, verificationJobName(operation.metadata.uid), signal);
      return { ...world, proof: { seen } };
    }
    case 'command': {
      const seen = await tools.proofs.get(made.namespace, commandJobName(operation.metadata.uid), signal);
      return { ...world, command: { seen } };
    }
    case 'noTest':
      return { ...world, noTest: { seen: await whyNoTest(tools, driver, { operation, world }, signal) } };
    case 'earlier': {
      const { namespace, pvc } = sourceRefOf(operation);
      return { ...world, earlier: { seen: await tools.verified.proofOf(namespace, pvc, signal) } };
    }
    case 'peers':
      return { ...world, peers: { seen: await store.listOfClaim(made.namespace, made.pvc, signal) } };
    case 'ownClusters':
      return { ...world, ownClusters: { seen: await cluster.ownClusters(signal) } };
    case 'running': {
      const running = await store.list({ fieldSelector: 'status.phase=Running' }, signal);
      return { ...world, running: { seen: running.map(({ metadata }) => metadata.uid) } };
    }
    case 'storageClass': {
      const name = shapeOf(driver, { operation, world })?.storageClassName ?? '';
      return { ...world, storageClass: { seen: await tools.claims.mayGrow(name, signal) } };
    }
  }
}
