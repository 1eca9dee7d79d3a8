import { expect, it } from 'vitest';
import { archiveIn } from './install-debian-tool.ts';

it.each([
  ['Types: deb\nURIs: http://archive.example/debian\nSuites: stable\n', 'http://archive.example/debian'],
  ['# a comment\ndeb https://archive.example/debian/ stable main\n', 'https://archive.example/debian'],
  ['deb [signed-by=/k.gpg] http://archive.example/debian stable main', 'http://archive.example/debian'],
  ['URIs: http://archive.example/debian-security', undefined],
  ['deb http://archive.example/ubuntu noble main', undefined],
])('%j names the archive %s', (sources, expected) => {
  expect(archiveIn(sources)).toBe(expected);
});
