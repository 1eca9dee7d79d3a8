/**
 * The Job that mounts a restored claim read-only and looks at it. Pure.
 *
 * The mount in the container is read-only; the volume source is not, on purpose: the node then replays the file system's journal
 * as after a power failure, which is what proves that it mounts, and Kubernetes makes the files readable for our group.
 */
import type { V1Container, V1Job } from '@kubernetes/client-node';
import type { Draft } from '../kubernetes/client.ts';
import type { Job, Wire } from '../kubernetes/core-types.ts';
import {
  managedLabel,
  operationNameLabel,
  operationNamespaceLabel,
  operationUidLabel,
  temporaryLabel,
  watchLabel,
} from '../operation/marks.ts';
import { shortHash } from '../operation/names.ts';
import { restrictedContainer, restrictedPod } from './restricted-pod.ts';

export const verifyContainer = 'verify';
export const commandContainer = 'command';
export const claimMountPath = '/claim';
/** For a copy of a database, in which it may recover. */
const scratchPath = '/scratch';
const scratchBytes = 4 * 2 ** 30;
/** Kubernetes evicts who takes more than the limit; what else is written there must not lead to that. */
const spareBytes = 2 ** 28;

export interface VerificationChecks {
  /** What this very point holds, when that is known. */
  readonly expectFiles?: number | undefined;
  readonly expectBytes?: number | undefined;
  /** What an earlier point of the claim held when it was last proved. */
  readonly baselineFiles?: number | undefined;
  readonly baselineBytes?: number | undefined;
  /** By so many percent it may have shrunk since then; left out, a drop by more than half is told, and refutes nothing. */
  readonly maxDropPercent?: number | undefined;
  readonly minFiles?: number | undefined;
  readonly minBytes?: number | undefined;
  /** So many files are read whole. */
  readonly sampleChecksums?: number | undefined;
  /** Below the claim's root: lines as `sha256sum` writes them. */
  readonly manifest?: string | undefined;
  /** SQLite databases, below the claim's root. */
  readonly sqlite?: readonly string[] | undefined;
  /** Every SQLite database that is there. */
  readonly findSqlite?: boolean | undefined;
  readonly mayBeEmpty?: boolean | undefined;
}

export interface VerificationJobInput {
  readonly operation: { readonly uid: string; readonly name: string; readonly namespace: string };
  /** Of the claim, and of the Job. */
  readonly namespace: string;
  readonly claim: string;
  /** Soteria's own. */
  readonly image: string;
  readonly checks: VerificationChecks;
  /** The user's own check, in an image of the user's; exit code 0 is a pass. */
  readonly command?: { readonly image: string; readonly argv: readonly string[] } | undefined;
  /** For all of it, from the Job's start. */
  readonly deadlineSeconds: number;
  /** For how long the ended Job stays, should nobody remove it. */
  readonly ttlSeconds: number;
}

/** One for each operation: a repeat meets "already exists". It begins as the Trigger of the function restore expects it to. */
export function verificationJobName(operationUid: string): string {
  return `soteria-restore-verify-${shortHash(operationUid, 12)}`;
}

export function verificationJob(input: VerificationJobInput): Draft<Job> {
  const { operation } = input;
  const labels = {
    [managedLabel]: 'true',
    [temporaryLabel]: 'true',
    [operationUidLabel]: operation.uid,
    [operationNameLabel]: operation.name,
    [operationNamespaceLabel]: operation.namespace,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: verificationJobName(operation.uid),
      namespace: input.namespace,
      labels: { ...labels, [watchLabel]: 'restore' },
    },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: input.deadlineSeconds,
      ttlSecondsAfterFinished: input.ttlSeconds,
      template: { metadata: { labels }, spec: podSpec(input) },
    },
  };
}

type PodSpec = NonNullable<NonNullable<Wire<V1Job>['spec']>['template']['spec']>;

function podSpec({ claim, image, checks, command, operation }: VerificationJobInput): PodSpec {
  return {
    ...restrictedPod,
    containers: [
      container(verifyContainer, image, { args: ['runner.cjs', ...verifyArguments(checks, operation.uid)] }),
      ...(command === undefined ? [] : [container(commandContainer, command.image, { command: [...command.argv] })]),
    ],
    volumes: [
      { name: 'claim', persistentVolumeClaim: { claimName: claim } },
      { name: 'scratch', emptyDir: { sizeLimit: `${scratchBytes + spareBytes}` } },
    ],
  };
}

/** The seed makes a repeat look at the same files. */
function verifyArguments(checks: VerificationChecks, seed: string): string[] {
  const numbers: readonly (readonly [string, number | undefined])[] = [
    ['--expect-files', checks.expectFiles],
    ['--expect-bytes', checks.expectBytes],
    ['--baseline-files', checks.baselineFiles],
    ['--baseline-bytes', checks.baselineBytes],
    ['--max-drop', checks.maxDropPercent],
    ['--min-files', checks.minFiles],
    ['--min-bytes', checks.minBytes],
    ['--sample', checks.sampleChecksums],
  ];
  return [
    'verify',
    '--mount',
    `claim=${claimMountPath}`,
    '--scratch',
    `scratch=${scratchPath}`,
    '--scratch-bytes',
    String(scratchBytes),
    '--seed',
    seed,
    ...numbers.flatMap(([option, value]) => (value === undefined ? [] : [option, String(value)])),
    // With =, or a name that begins with - were an option.
    ...(checks.manifest === undefined ? [] : [`--manifest=${checks.manifest}`]),
    ...(checks.sqlite ?? []).map((path) => `--sqlite=${path}`),
    ...(checks.findSqlite === true ? ['--find-sqlite'] : []),
    ...(checks.mayBeEmpty === true ? ['--may-be-empty'] : []),
  ];
}

function container(
  name: string,
  image: string,
  run: { readonly args?: string[]; readonly command?: string[] },
): Wire<V1Container> {
  return {
    name,
    image,
    ...run,
    ...(name === commandContainer ? { workingDir: claimMountPath } : {}),
    terminationMessagePolicy: name === commandContainer ? 'FallbackToLogsOnError' : 'File',
    ...restrictedContainer,
    volumeMounts: [
      { name: 'claim', mountPath: claimMountPath, readOnly: true },
      { name: 'scratch', mountPath: scratchPath },
    ],
  };
}
