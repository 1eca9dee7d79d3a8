import { cpSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareGenerated } from '../../scripts/compare-generated.ts';
import { generatedFiles, generatedFolders } from '../../scripts/generated-files.ts';
import { repositoryDir } from './installation.ts';

describe('the generated files', () => {
  let copy = '';
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'soteria-generated-'));
    for (const folder of ['deploy', 'docs', 'README.md'])
      cpSync(join(repositoryDir, folder), join(copy, folder), { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  it('are what the schemas make of them', () => {
    expect(compareGenerated(repositoryDir, generatedFiles())).toEqual([]);
  });

  it('are told apart when one is missing, outdated or left over', () => {
    const [first, second] = generatedFiles().map(({ path }) => path);
    const leftOver = `${generatedFolders[0]}/dev.soteria.gone.v1.yaml`;
    rmSync(join(copy, first ?? ''));
    writeFileSync(join(copy, second ?? ''), 'kind: EventType\n');
    writeFileSync(join(copy, leftOver), 'kind: EventType\n');
    expect(compareGenerated(copy, generatedFiles())).toEqual([
      { path: first, is: 'missing' },
      { path: second, is: 'outdated' },
      { path: leftOver, is: 'left over' },
    ]);
  });

  it('tell in the README what each function may do', () => {
    const readme = generatedFiles().find(({ path }) => path === 'README.md')?.content ?? '';
    const functions = globSync('deploy/knative/base/*/service.yaml', { cwd: repositoryDir }).map((path) =>
      basename(dirname(path)),
    );
    expect(functions.length).toBeGreaterThan(3);
    for (const name of functions) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      expect(row).toMatch(new RegExp(`<!-- may:${name} --> .*tokenreviews \\(create\\).* <!-- end --> \\|$`));
    }
  });
});
