import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { printsVersion, readServerPins, toolFolders } from './server-pins.ts';

const goMod = `// The servers.
module example.org/tools

go 1.26.0

tool (
	go.etcd.io/etcd/server/v3
	k8s.io/kubernetes/cmd/kube-apiserver
)

require (
	go.etcd.io/etcd/server/v3 v3.6.8 // indirect
	k8s.io/kubernetes v1.36.3 // indirect
)

replace k8s.io/api => k8s.io/api v0.36.3
`;

const ours = (folder: string) => readFileSync(new URL(`../test/tools/${folder}/go.mod`, import.meta.url), 'utf8');

const pin = (text: string, name = 'kube-apiserver') => {
  const found = readServerPins('.', text).find((server) => server.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

describe('the pinned servers', () => {
  it('take their versions from go.mod', () => {
    expect(readServerPins('.', goMod).map(({ name, version }) => [name, version])).toEqual([
      ['etcd', 'v3.6.8'],
      ['kubectl', 'v1.36.3'],
      ['kube-controller-manager', 'v1.36.3'],
      ['kube-apiserver', 'v1.36.3'],
    ]);
  });

  it('get their version at build time', () => {
    const at = 'k8s.io/component-base/version';
    expect(pin(goMod).linkerFlags).toBe(`-s -w -X ${at}.gitVersion=v1.36.3 -X ${at}.gitMajor=1 -X ${at}.gitMinor=36`);
    expect(pin(goMod, 'etcd').linkerFlags).toBe('-s -w');
  });

  it('are one more in a go.mod of its own: rclone, which is told its version too', () => {
    const [rclone] = readServerPins('rclone', ours('rclone'));
    expect(rclone?.linkerFlags).toBe(`-s -w -X github.com/rclone/rclone/fs.Version=${rclone?.version}`);
    const [promtool] = readServerPins('prometheus', ours('prometheus'));
    expect(promtool?.linkerFlags).toBe(
      `-s -w -X github.com/prometheus/common/version.Version=${promtool?.version.slice(1)}`,
    );
    expect(() => readServerPins('rclone', goMod)).toThrow('requires no github.com/rclone/rclone');
  });

  it.each([
    ['a comment changes', goMod.replace('// The servers.', '// What the tests run on.'), 'stay'],
    ['a tool is added', goMod.replace('tool (\n', 'tool (\n\tgithub.com/restic/restic/cmd/restic\n'), 'stay'],
    ['their own version changes', goMod.replace('kubernetes v1.36.3', 'kubernetes v1.36.4'), 'are built again'],
    ['a dependency changes', goMod.replace('api v0.36.3', 'api v0.36.4'), 'are built again'],
    ['the Go version changes', goMod.replace('go 1.26.0', 'go 1.27.0'), 'are built again'],
  ])('when %s: %s', (_title, changed, outcome) => {
    expect(pin(changed).stamp === pin(goMod).stamp).toBe(outcome === 'stay');
  });

  it('need their module in go.mod', () => {
    expect(() => readServerPins('.', goMod.replace('go.etcd.io/etcd/server/v3 v3.6.8', ''))).toThrow(
      'requires no go.etcd.io/etcd/server/v3',
    );
  });

  it.each([
    ['kube-apiserver', 'Kubernetes v1.36.3\n', true],
    ['kube-apiserver', 'Kubernetes v1.36.30\n', false],
    ['kubectl', 'Client Version: v1.36.3\nKustomize Version: v5.8.1\n', true],
    ['etcd', 'etcd Version: 3.6.8\nGit SHA: Not provided\n', true],
    ['etcd', 'etcd Version: 3.6.7\n', false],
  ])('%s that prints %j is the pinned one: %s', (name, printed, isPinned) => {
    expect(printsVersion(printed, pin(goMod, name))).toBe(isPinned);
  });

  it.each(toolFolders)('are all in the go.mod of test/tools/%s', (folder) => {
    const pins = readServerPins(folder, ours(folder));
    expect(pins.length).toBeGreaterThan(0);
    expect(pins.map(({ version }) => version)).toSatisfy((versions: string[]) =>
      versions.every((version) => /^v\d+\.\d+\.\d+$/.test(version)),
    );
  });
});
