import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { writeInTurns } from './write-in-turns.ts';

function start() {
  const written: string[] = [];
  const processEnd = new EventEmitter();
  return { written, processEnd, write: writeInTurns((text) => written.push(text), processEnd) };
}

it('the lines of one turn are one write, in their order', async () => {
  const { written, write } = start();
  write('a\n');
  await Promise.resolve();
  write('b\n');
  expect(written).toEqual([]);
  await nextTurn();
  expect(written).toEqual(['a\nb\n']);
  write('c\n');
  await nextTurn();
  expect(written).toEqual(['a\nb\n', 'c\n']);
});

it('what waits when the process ends is written, once', async () => {
  const { written, processEnd, write } = start();
  write('last words\n');
  processEnd.emit('exit');
  await nextTurn();
  expect(written).toEqual(['last words\n']);
});
