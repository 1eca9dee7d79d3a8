import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKustomization } from './read-kustomization.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'soteria-kustomization-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

function refusal(): SoteriaError {
  try {
    readKustomization(directory);
  } catch (error) {
    if (error instanceof SoteriaError) return error;
  }
  throw new Error('it was not refused');
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

describe('reading a kustomization', () => {
  it('reads files and folders in their order, and skips empty documents', () => {
    write({
      'kustomization.yaml': 'resources: [b.yaml, inner]',
      'b.yaml': `${configMap('b')}---\n# nothing\n---\n${configMap('c')}`,
      'inner/kustomization.yaml': 'resources: [a.yaml]',
      'inner/a.yaml': configMap('a'),
    });
    expect(readKustomization(directory).map(({ metadata }) => metadata.name)).toEqual(['b', 'c', 'a']);
  });

  it.each([
    ['a field it does not honour', 'resources: [a.yaml]\nnamespace: other\n', 'namespace'],
    ['a field of an image it does not honour', 'resources: [a.yaml]\nimages: [{name: a, tagSuffix: b}]\n', 'tagSuffix'],
    ['a resource that is not there', 'resources: [missing.yaml]\n', 'missing.yaml'],
    ['text that is not YAML', 'resources: [', 'kustomization.yaml'],
  ])('refuses %s by name', (_title, content, named) => {
    write({ 'kustomization.yaml': content, 'a.yaml': configMap('a') });
    const { code, message } = refusal();
    expect(code).toBe('invalid_request');
    expect(message).toContain(named);
  });

  it('refuses a document that is no Kubernetes object', () => {
    write({ 'kustomization.yaml': 'resources: [a.yaml]', 'a.yaml': 'kind: ConfigMap\n' });
    expect(refusal().message).toContain('apiVersion');
  });
});
