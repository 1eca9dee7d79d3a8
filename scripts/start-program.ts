/** What the image starts: `node start.cjs backup.cjs`, for a program in the folder of this file. The program sees arguments of its own only. */
import { join } from 'node:path';
import { loadProgram } from './compiled-program.ts';

const [node = '', , name = '', ...args] = process.argv;
const path = join(import.meta.dirname, name);
const program = loadProgram(path);
if (program.isRefused) {
  const event = { time: new Date().toISOString(), level: 'warn', event: 'compiled_program_refused', program: name };
  process.stderr.write(
    `${JSON.stringify({ ...event, why: 'another version of Node compiled it: this start is slower' })}\n`,
  );
}
process.argv = [node, path, ...args];
program.run();
