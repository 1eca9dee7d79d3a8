/** The promises of the image and its release to an operator, read from the Dockerfile and the workflows, without a build engine. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Instruction {
  readonly name: string;
  readonly value: string;
}

const instructions: readonly Instruction[] = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [name = '', ...rest] = line.trim().split(/\s+/);
    return { name: name.toUpperCase(), value: rest.join(' ') };
  });

const firstStageAt = instructions.findIndex(({ name }) => name === 'FROM');
const finalStage = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
const valuesOf = (name: string, among = instructions) =>
  among.filter((instruction) => instruction.name === name).map(({ value }) => value);

describe('the image', () => {
  it('builds its stages on two bases, each of which a build argument can replace and has a default with a tag', () => {
    const defaults = new Map(
      valuesOf('ARG', instructions.slice(0, firstStageAt)).map((value) => {
        const at = value.indexOf('=');
        return [value.slice(0, at), value.slice(at + 1)] as const;
      }),
    );
    const bases = valuesOf('FROM').map((value) => /\$\{(\w+)\}/.exec(value)?.[1] ?? value);
    expect(bases).toEqual(['BUILD_IMAGE', 'RUNTIME_IMAGE', 'RUNTIME_IMAGE']);
    for (const base of bases) expect(defaults.get(base)).toMatch(/^[\w.-]+\/[\w./-]+:(?!latest$)[\w.-]+$/);
  });

  it('builds on the Node that the product is written for, and runs on the same', () => {
    expect(valuesOf('ARG').join(' ')).toMatch(/node:24\..* RUNTIME_IMAGE=.*nodejs24-/);
  });

  it.each(['RUN', 'ENTRYPOINT', 'CMD'])('uses no shell: every %s is in exec form', (name) => {
    const values = valuesOf(name);
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) expect(JSON.parse(value)).toBeInstanceOf(Array);
  });

  it('runs as a numeric user who is not root, so that runAsNonRoot can be checked', () => {
    expect(valuesOf('USER', finalStage)).toEqual(['65532:65532']);
  });

  it('starts the function that the argument names, through the program that loads compiled code', () => {
    expect(valuesOf('ENTRYPOINT', finalStage)).toEqual(['["/nodejs/bin/node", "start.cjs"]']);
    expect(valuesOf('CMD', finalStage)).toEqual(['["backup.cjs"]']);
  });

  it('holds the bundles, their compiled code and the licences, and runs nothing while its final stage is built', () => {
    expect(valuesOf('COPY', finalStage)).toEqual([
      'LICENSE ./',
      '--from=build /src/dist/third-party-licenses.txt ./',
      '--from=build /src/dist/apart/*.cjs ./apart/',
      '--from=build /src/dist/page ./page/',
      '--from=compiled /app/*.cjs /app/*.compiled ./',
    ]);
    expect(valuesOf('RUN', finalStage)).toEqual([]);
  });

  it('compiles on the Node and the platform that it runs on', () => {
    const begin = instructions.findIndex(({ value }) => value.endsWith(' AS compiled'));
    const stage = instructions.slice(begin, instructions.length - finalStage.length);
    // Without --platform a stage is for the target platform.
    expect(valuesOf('FROM', stage)).toEqual(['${RUNTIME_IMAGE} AS compiled']);
    expect(valuesOf('FROM', finalStage)).toEqual(['${RUNTIME_IMAGE}']);
    expect(valuesOf('WORKDIR', stage)).toEqual(valuesOf('WORKDIR', finalStage));
    expect(valuesOf('COPY', stage)).toEqual([
      '--from=build /src/scripts/compiled-program.ts /src/scripts/keep-compiled.ts /build/',
      '--from=build /src/dist/*.cjs ./',
      '--from=build /src/dist/apart/*.cjs ./apart/',
    ]);
    expect(valuesOf('RUN', stage).map((value) => JSON.parse(value) as unknown)).toEqual([
      ['/nodejs/bin/node', '/build/keep-compiled.ts', ...valuesOf('WORKDIR', stage)],
    ]);
  });

  it('needs only two files of the repository to compile', () => {
    const given = ['compiled-program.ts', 'keep-compiled.ts'];
    for (const file of given) {
      const imported = [...readFileSync(join(root, 'scripts', file), 'utf8').matchAll(/from '([^']+)'/g)].map(
        ([, from]) => from,
      );
      expect(
        imported.filter((from) => from?.startsWith('node:') !== true && !given.includes(from?.slice(2) ?? '')),
      ).toEqual([]);
    }
  });

  it('is built from the files of its context: every workspace, and all sources of the bundles', () => {
    const context = readFileSync(join(root, '.dockerignore'), 'utf8').match(/(?<=^!).+$/gm) ?? [];
    const isLetThrough = (path: string): boolean =>
      context.some((entry) => path === entry || path.startsWith(`${entry}/`)) && !/node_modules|\.test\.ts$/.test(path);
    const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
    const packages = globSync(
      workspaces.map((workspace) => `${workspace}/package.json`),
      { cwd: root },
    );
    const sources = globSync(['functions/*/main.ts', 'runner/main.ts', 'shared/**/*.ts', 'scripts/*.ts'], {
      cwd: root,
      exclude: ['**/*.test.ts'],
    });
    expect(packages.length).toBeGreaterThan(5);
    expect([...packages, ...sources].filter((path) => !isLetThrough(path))).toEqual([]);
  });
});

describe('the release', () => {
  it('replaces by its digest the very image that every Knative Service names', () => {
    const services = globSync('deploy/knative/base/*/service.yaml', { cwd: root });
    const named = services.map((path) => /image: ([^\s:@]+)/.exec(readFileSync(join(root, path), 'utf8'))?.[1]);
    const release = readFileSync(join(root, '.github/workflows/release.yaml'), 'utf8');
    const replaced = /cd deploy\/knative\/base && kustomize edit set image "([^=]+)=/.exec(release)?.[1];
    expect(services.length).toBeGreaterThan(0);
    expect(new Set(named)).toEqual(new Set([replaced]));
  });
});

describe('the workflows', () => {
  const workflows = globSync('.github/workflows/*.yaml', { cwd: root });
  const used = workflows.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/uses: (\S+)/g)].map(([, action]) => [path, action] as const),
  );

  it('exist', () => {
    expect(workflows.toSorted()).toEqual(['.github/workflows/release.yaml', '.github/workflows/verify.yaml']);
  });

  it.each(used)('%s uses %s: of this repository, or of one full version', (_path, action) => {
    expect(action).toMatch(/^\.\/|^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/);
  });
});
