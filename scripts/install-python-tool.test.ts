import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { installPythonTool } from './install-python-tool.ts';

const fileOf = (name: string) => fileURLToPath(new URL(`../test/tools/${name}/requirements.txt`, import.meta.url));
const requirementsFile = fileOf('moto');
let serversDir = '';
beforeEach(() => {
  serversDir = mkdtempSync(join(tmpdir(), 'soteria-moto-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(serversDir, { recursive: true, force: true });
});

it.each(['moto', 'schemathesis'])('every package of %s is pinned exactly', (name) => {
  const lines = readFileSync(fileOf(name), 'utf8').split('\n');
  const packages = lines.filter((line) => line !== '' && !line.startsWith('#'));
  expect(packages.length).toBeGreaterThan(20);
  expect(packages.filter((line) => !/^[\w.-]+==\d[\w.]*$/.test(line))).toEqual([]);
});

it('without Python it is skipped, and said so', () => {
  vi.stubEnv('PATH', serversDir);
  expect(installPythonTool({ name: 'moto', requirementsFile, serversDir })).toMatch(/SKIPPED.*python3/);
});

it('a python3 without pip is not enough', () => {
  writeFileSync(join(serversDir, 'python3'), '#!/bin/sh\n[ "$1" = --version ]\n', { mode: 0o755 });
  vi.stubEnv('PATH', serversDir);
  expect(installPythonTool({ name: 'moto', requirementsFile, serversDir })).toMatch(/SKIPPED.*pip/);
});
