/** The command line of `npm run demo`. */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { understand } from '../options.ts';

export interface DemoSettings {
  /** The last line is `{ok, steps}`, and the only one. */
  readonly isJson: boolean;
  /** Of a real API server, in place of the embedded store. */
  readonly kubeconfig: string | undefined;
}

/** Throws `invalid_request`. */
export function readDemoOptions(argv: readonly string[]): DemoSettings {
  const options = { json: { type: 'boolean' }, kubeconfig: { type: 'string' } } as const;
  const fix = 'npm run demo takes --json and --kubeconfig F, after --';
  const { values } = understand(() => parseArgs({ args: [...argv], options }), fix);
  return {
    isJson: values.json === true,
    kubeconfig: values.kubeconfig === undefined ? undefined : resolve(values.kubeconfig),
  };
}
