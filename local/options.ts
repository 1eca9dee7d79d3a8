/** The command line of `npm start`. */
import { parseArgs } from 'node:util';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { SoteriaError } from '@soteria/shared/errors.ts';

export interface LocalOptions {
  /** Port of the front door; the broker takes the next port, the store the one after. 0: the system chooses all three. */
  readonly port: number;
  readonly dataDir: string;
  readonly hasSample: boolean;
  /** Adds a policy that backs up the sample every two minutes. */
  readonly hasPolicy: boolean;
  /** An address that is notified of problems. */
  readonly notify: string | undefined;
  /** Kubeconfig of a real API server, used in place of the embedded store. */
  readonly kubeconfig: string | undefined;
  /** Manifests that are applied over those of the installation. */
  readonly settingsFile: string | undefined;
}

export const usage = `npm start [-- OPTIONS]

  --port N         front door for /v1 (8080); the broker listens on N+1, the API server on N+2
  --data DIR       where state, claims and backups are kept (~/.soteria)
  --settings F     manifests to apply over the installation: a ConfigMap soteria-config, a BackupTarget …
  --no-sample      no sample namespace
  --policy         a policy that backs the sample up every two minutes and keeps five points of each claim
  --notify URL     notify this address of problems: a topic of ntfy (http://127.0.0.1:2586/backups) or any that takes JSON
  --kubeconfig F   use this API server (with Longhorn's and Knative's CRDs) in place of the embedded store
  --help           this text`;

const misunderstood = 'the command line cannot be understood';
const seeHelp = 'see npm start -- --help';

/** Throws `invalid_request`; gives back `help` when the usage is requested. */
export function readOptions(argv: readonly string[], home = homedir()): LocalOptions | 'help' {
  const { values } = parseStrictly(argv);
  if (values.help === true) return 'help';
  const port = Number(values.port ?? '8080');
  if (!Number.isInteger(port) || port < 0 || port > 65_533) {
    throw wrongOption(`--port ${values.port} is not a port number`);
  }
  return {
    port,
    dataDir: resolve(values.data ?? join(home, '.soteria')),
    hasSample: values['no-sample'] !== true,
    hasPolicy: values.policy === true,
    notify: readAddress(values.notify),
    kubeconfig: values.kubeconfig === undefined ? undefined : resolve(values.kubeconfig),
    settingsFile: values.settings === undefined ? undefined : resolve(values.settings),
  };
}

function readAddress(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:\/\/./.test(URL.parse(text)?.href ?? '')) return text;
  throw wrongOption(`--notify ${text} is not an http:// or https:// address`);
}

function parseStrictly(argv: readonly string[]) {
  const options = {
    port: { type: 'string' },
    data: { type: 'string' },
    'no-sample': { type: 'boolean' },
    policy: { type: 'boolean' },
    notify: { type: 'string' },
    kubeconfig: { type: 'string' },
    settings: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  return understand(() => parseArgs({ args: [...argv], options }), seeHelp);
}

/** Gives back the result of `parse`; throws `invalid_request` with Node's own message, which names the option. */
export function understand<T>(parse: () => T, fix: string): T {
  try {
    return parse();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'an option is not known';
    throw new SoteriaError('invalid_request', { what: misunderstood, why, fix }, { cause });
  }
}

function wrongOption(why: string): SoteriaError {
  return new SoteriaError('invalid_request', { what: misunderstood, why, fix: seeHelp });
}
