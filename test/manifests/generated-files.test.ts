import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareGenerated } from '../../scripts/compare-generated.ts';
import { readFunctionRights } from '../../scripts/function-rights.ts';
import { generatedFiles, generatedFolders } from '../../scripts/generated-files.ts';
import { repositoryDir } from './installation.ts';

describe('the generated files', () => {
  let copy = '';
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'soteria-generated-'));
    for (const folder of ['deploy', 'docs', 'README.md', 'functions/console/page/api'])
      cpSync(join(repositoryDir, folder), join(copy, folder), { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  it('are up to date with the schemas', () => {
    expect(compareGenerated(repositoryDir, generatedFiles())).toEqual([]);
  });

  it('are reported when a file is missing, outdated or left over', () => {
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

  it('list every right of each function in docs/rights.md, and the README has a sentence for each function', () => {
    const rights = generatedFiles().find(({ path }) => path === 'docs/rights.md')?.content ?? '';
    const readme = readFileSync(join(repositoryDir, 'README.md'), 'utf8');
    const rowsOf = (text: string, name: string) =>
      text.split('\n').filter((line) => line.startsWith(`| \`${name}\` |`));
    const functions = globSync('deploy/knative/base/*/service.yaml', { cwd: repositoryDir }).map((path) =>
      basename(dirname(path)),
    );
    expect(functions.length).toBeGreaterThan(3);
    for (const name of functions) {
      expect(rowsOf(rights, name).join('\n')).toContain('| tokenreviews.authentication.k8s.io | create | everywhere |');
      expect(rowsOf(readme, name)).toHaveLength(1);
      expect(rowsOf(readme, name)[0]).toMatch(/\| (creates|reads|writes) [^|]{20,300} \|$/);
    }
    const listed = rights
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .join('\n');
    for (const right of readFunctionRights(repositoryDir)) {
      const resource = right.group === '' ? right.resource : `${right.resource}.${right.group}`;
      expect(listed).toMatch(
        new RegExp(`^\\| \`${right.function}\` \\| ${resource} \\| [^|]*\\b${right.verb}\\b`, 'm'),
      );
    }
  });
});
