/** The programs as the image holds and starts them: the bundles, with V8's compiled code beside them. */
import { basename, join } from 'node:path';
import { bundleFunctions } from '../scripts/bundle-functions.ts';
import { keepCompiled } from '../scripts/keep-compiled.ts';

export interface ShippedFunction {
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
}

export async function bundleAsShipped(outDir: string): Promise<ShippedFunction[]> {
  const bundles = await bundleFunctions({ outDir });
  await keepCompiled(outDir);
  return bundles.map(({ name, path }) => ({ name, args: [join(outDir, 'start.cjs'), basename(path)] }));
}

/** Throws when there is no such function. */
export function argsOf(functions: readonly ShippedFunction[], name: string): readonly string[] {
  const found = functions.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  return found.args;
}
