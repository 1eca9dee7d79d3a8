/** schemathesis, installed by `npm run servers`: it generates requests from the OpenAPI document and checks the answers against it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { builtServersDir } from './find-server-binaries.ts';

const folder = join(builtServersDir, 'schemathesis');
export const hasSchemathesis = existsSync(join(folder, 'schemathesis'));

/**
 * Left out: `positive_data_acceptance`, because the state of the cluster refuses requests that are well formed, and
 * `allow_header_conformance`, since `GET /v1/restores/{name}` also stands at `/v1/restores/namespace`.
 */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
].join(',');

const seed = '9';
const configFile = fileURLToPath(new URL('../tools/schemathesis/schemathesis.toml', import.meta.url));

export interface Fuzzing {
  readonly documentFile: string;
  readonly url: string;
  /** The number of requests for each operation; the same document gets the same requests every time. */
  readonly maxExamples: number;
}

/** `failures` in the words of schemathesis; empty: every answer was as declared. */
export async function runSchemathesis(fuzzing: Fuzzing): Promise<{ requests: number; failures: string }> {
  const workDir = await mkdtemp(join(tmpdir(), 'soteria-schemathesis-'));
  try {
    const code = 'import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())';
    const args = [
      '--config-file',
      configFile,
      'run',
      fuzzing.documentFile,
      '--url',
      fuzzing.url,
      '--checks',
      checks,
      '--phases',
      'coverage,fuzzing',
      // A stream does not end.
      '--exclude-path-regex',
      '/stream$|^/v1/events$',
    ];
    const bounds = ['-n', String(fuzzing.maxExamples), '--seed', seed];
    const how = [
      '--generation-deterministic',
      '--request-timeout',
      '60',
      '--continue-on-failure',
      '--no-color',
      '--no-shrink',
    ];
    const child = spawn('python3', ['-c', code, ...args, ...bounds, ...how], {
      cwd: workDir,
      env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: seed },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const killNow = () => child.kill('SIGKILL');
    process.once('exit', killNow);
    const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    process.removeListener('exit', killNow);
    const requests = Number(/(\d+) generated/.exec(said)?.[1] ?? 0);
    return { requests, failures: child.exitCode === 0 ? '' : `${said}\n${complained}` };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
