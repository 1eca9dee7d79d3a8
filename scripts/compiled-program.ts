/**
 * A bundled program, and what V8 compiled of it, which lies beside it in the image: with it, a pod starts sooner. V8 takes it if it is
 * the build that made it, whatever the user and the model of the processor; Node's own compile cache asks for both to be the same.
 * V8 does not look for damage: the digest of the image does.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

type Wrapped = (exports: object, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;

export interface CompiledProgram {
  /** True: there is something beside the program that V8 does not take. It is compiled as if there were nothing. */
  readonly isRefused: boolean;
  run(): void;
  /** Writes beside the program what has been compiled of it by now. */
  keep(): void;
}

/** As Node wraps a CommonJS module; on the first line, so that the others keep their numbers. */
const head = '(function (exports, require, module, __filename, __dirname) {';

export function loadProgram(path: string): CompiledProgram {
  const keptPath = `${path}.compiled`;
  const cachedData = readIfThere(keptPath);
  const script = new Script(`${head}${readFileSync(path, 'utf8')}\n})`, {
    filename: path,
    columnOffset: -head.length,
    // What is imported late, such as node:sqlite, is found as it would be by any program.
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  return {
    isRefused: script.cachedDataRejected === true,
    run() {
      const wrapped = script.runInThisContext() as Wrapped;
      const module = { exports: {} };
      wrapped(module.exports, createRequire(path), module, path, dirname(path));
    },
    keep: () => writeFileSync(keptPath, script.createCachedData()),
  };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
