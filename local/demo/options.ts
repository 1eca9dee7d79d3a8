/** The command line of `npm run demo`. */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

export interface DemoSettings {
  /** The last line is `{ok, steps}`, and the only one. */
  readonly isJson: boolean;
  /** Of a real API server, in place of the embedded store. */
  readonly kubeconfig: string | undefined;
}

/** Throws a TypeError that names an unknown option. */
export function readDemoOptions(argv: readonly string[]): DemoSettings {
  const { values } = parseArgs({
    args: [...argv],
    options: { json: { type: 'boolean' }, kubeconfig: { type: 'string' } },
  });
  return {
    isJson: values.json === true,
    kubeconfig: values.kubeconfig === undefined ? undefined : resolve(values.kubeconfig),
  };
}
