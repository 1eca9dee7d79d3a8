/** What the go.mod files below `test/tools` say about the servers the tests run on: versions are written there and nowhere else. */
import { createHash } from 'node:crypto';

export interface PinnedServer {
  /** Name of the binary. */
  readonly name: string;
  readonly goPackage: string;
  /** That gives the version. */
  readonly module: string;
  /** With its `v`. */
  readonly version: string;
  readonly linkerFlags: string;
  /** What makes the binary print its version; left out: it cannot. */
  readonly versionArgs?: readonly string[];
  /** Changes when the binary has to be built again. */
  readonly stamp: string;
}

interface ServerSource {
  readonly name: string;
  readonly goPackage: string;
  readonly module: string;
  readonly versionArgs?: readonly string[];
}

export const longhornManager = 'github.com/longhorn/longhorn-manager';

const kubernetes = (name: string, versionArgs: readonly string[]): ServerSource => ({
  name,
  goPackage: `k8s.io/kubernetes/cmd/${name}`,
  module: 'k8s.io/kubernetes',
  versionArgs,
});

const eventing = (name: string, command: string): ServerSource => ({
  name: `knative-${name}`,
  goPackage: `knative.dev/eventing/cmd/${command}`,
  module: 'knative.dev/eventing',
});

/**
 * Folder below `test/tools`, each with a go.mod of its own so that no tool moves the versions of another, and what is built from it.
 * In each folder the quickest first: a person who watches sees that it works.
 */
const sources: Readonly<Record<string, readonly ServerSource[]>> = {
  '.': [
    {
      name: 'etcd',
      goPackage: 'go.etcd.io/etcd/server/v3',
      module: 'go.etcd.io/etcd/server/v3',
      versionArgs: ['--version'],
    },
    kubernetes('kubectl', ['version', '--client']),
    kubernetes('kube-controller-manager', ['--version']),
    kubernetes('kube-apiserver', ['--version']),
  ],
  rclone: [
    {
      name: 'rclone',
      goPackage: 'github.com/rclone/rclone',
      module: 'github.com/rclone/rclone',
      versionArgs: ['version'],
    },
  ],
  restic: [
    {
      name: 'restic',
      goPackage: 'github.com/restic/restic/cmd/restic',
      module: 'github.com/restic/restic',
      versionArgs: ['version'],
    },
  ],
  prometheus: [
    {
      name: 'promtool',
      goPackage: 'github.com/prometheus/prometheus/cmd/promtool',
      module: 'github.com/prometheus/prometheus',
      versionArgs: ['--version'],
    },
  ],
  knative: [
    eventing('ingress', 'broker/ingress'),
    eventing('filter', 'broker/filter'),
    eventing('dispatcher', 'in_memory/channel_dispatcher'),
    eventing('apiserver-source', 'apiserver_receive_adapter'),
    eventing('mtping', 'mtping'),
  ],
  longhorn: [{ name: 'longhorn-webhook', goPackage: './webhook', module: longhornManager }],
  queue: [{ name: 'knative-queue', goPackage: 'knative.dev/serving/cmd/queue', module: 'knative.dev/serving' }],
};

export const toolFolders: readonly string[] = Object.keys(sources);

/**
 * Of the go.mod in that folder of `test/tools`, and of the sources that we keep there. Throws when the go.mod does not name a module
 * that a server is built from.
 */
export function readServerPins(folder: string, goMod: string, ownSources: readonly string[] = []): PinnedServer[] {
  return (sources[folder] ?? []).map((source) => pinOf(source, goMod, ownSources));
}

function pinOf(
  { name, goPackage, module, versionArgs }: ServerSource,
  goMod: string,
  ownSources: readonly string[],
): PinnedServer {
  const version = versionOf(module, goMod);
  const linkerFlags = ['-s', '-w', ...versionFlags(module, version)].join(' ');
  const stamp = createHash('sha256')
    .update([goPackage, linkerFlags, ...dependencyLines(goMod), ...ownSources].join('\n'))
    .digest('hex');
  return {
    name,
    goPackage,
    module,
    version,
    linkerFlags,
    ...(versionArgs === undefined ? {} : { versionArgs }),
    stamp,
  };
}

/** True when what a binary prints names exactly this version. */
export function printsVersion(printed: string, { version }: PinnedServer): boolean {
  return printed.split(/[\s,]+/).some((word) => word === version || `v${word}` === version);
}

function versionOf(module: string, goMod: string): string {
  for (const line of dependencyLines(goMod)) {
    const [path, version] = line.replace(/^require /, '').split(/\s+/);
    if (path === module && version?.startsWith('v') === true) return version;
  }
  throw new Error(`the go.mod requires no ${module}`);
}

/** Without these the servers call themselves v0.0.0, and clients choose features by that. */
function versionFlags(module: string, version: string): string[] {
  if (module === 'github.com/rclone/rclone') return [`-X ${module}/fs.Version=${version}`];
  if (module === 'github.com/restic/restic') return [`-X main.version=${version.slice(1)}`];
  if (module === 'github.com/prometheus/prometheus') {
    return [`-X github.com/prometheus/common/version.Version=${version.slice(1)}`];
  }
  if (module !== 'k8s.io/kubernetes') return [];
  const [major, minor] = version.slice(1).split('.');
  const at = 'k8s.io/component-base/version';
  return [`-X ${at}.gitVersion=${version}`, `-X ${at}.gitMajor=${major}`, `-X ${at}.gitMinor=${minor}`];
}

/** Neither comments nor the tools block decide what is in a binary: one more tool must not rebuild the others. */
function dependencyLines(goMod: string): string[] {
  return goMod
    .replaceAll(/^tool \([^)]*\)|^tool .*$/gm, '')
    .split('\n')
    .map((line) => line.replace(/\/\/.*$/, '').trim())
    .filter((line) => line !== '');
}
