/** The programs that are measured: Node processes that listen on PORT and accept a CloudEvent at `/`. */
import { fileURLToPath } from 'node:url';

export interface Program {
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Further variables from which it reads its port. */
  readonly portVariable?: string;
}

const peer = (file: string): string => fileURLToPath(new URL(`peers/${file}`, import.meta.url));
const dependency = (path: string): string => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));

export const bareNode: Program = { name: 'bare-node', args: [peer('bare-node.cjs')], env: {} };

/** The alternatives, each with a function that does nothing and calls no server. */
export const peers: readonly Program[] = [
  {
    name: 'functions-framework no-op',
    args: [dependency('@google-cloud/functions-framework/build/src/main.js')],
    env: { FUNCTION_SOURCE: peer('functions-framework.cjs'), FUNCTION_TARGET: 'noOp', NODE_ENV: 'production' },
  },
  {
    name: 'faas-js-runtime no-op',
    args: [dependency('faas-js-runtime/bin/cli.js'), peer('faas-js-runtime.cjs')],
    env: { FUNC_LOG_LEVEL: 'fatal', NODE_ENV: 'production' },
    portVariable: 'FUNC_PORT',
  },
];
