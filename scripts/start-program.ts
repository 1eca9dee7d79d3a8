/** What the image starts: `node start.cjs backup.cjs`, for a program in the folder of this file. The program sees arguments of its own only. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadProgram } from './compiled-program.ts';

const [node = '', , name = '', ...args] = process.argv;

function say(level: 'warn' | 'error', event: string, fields: Readonly<Record<string, string>>): void {
  process.stderr.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, event, program: name, ...fields })}\n`,
  );
}

const programs = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.cjs') && file !== 'start.cjs');
if (programs.includes(name)) {
  const path = join(import.meta.dirname, name);
  const program = loadProgram(path);
  if (program.isRefused) {
    say('warn', 'compiled_program_refused', { why: 'another build of Node compiled it: this start is slower' });
  }
  process.argv = [node, path, ...args];
  program.run();
} else {
  say('error', 'program_not_found', {
    why: 'the first argument names no program',
    fix: `name one of ${programs.join(', ')}`,
  });
  process.exitCode = 1;
}
