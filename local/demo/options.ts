/** The command line of `npm run demo`. */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { understand } from '../options.ts';

export interface DemoSettings {
  /** Prints a single line, `{ok, steps}`. */
  readonly isJson: boolean;
  /** Kubeconfig of a real API server, used in place of the embedded store. */
  readonly kubeconfig: string | undefined;
  /** The cluster is lost twice, and comes back from the target each time. */
  readonly isDisaster: boolean;
}

/** Throws `invalid_request`. */
export function readDemoOptions(argv: readonly string[]): DemoSettings {
  const options = { json: { type: 'boolean' }, disaster: { type: 'boolean' }, kubeconfig: { type: 'string' } } as const;
  const fix = 'npm run demo takes --json, --kubeconfig F and --disaster, after --';
  const { values } = understand(() => parseArgs({ args: [...argv], options }), fix);
  if (values.disaster === true && values.kubeconfig !== undefined) {
    throw new SoteriaError('invalid_request', {
      what: 'the demo of a disaster was not begun',
      why: 'it deletes the cluster it runs on, and --kubeconfig names one that is not its own',
      fix: 'leave --kubeconfig or --disaster out',
    });
  }
  return {
    isDisaster: values.disaster === true,
    isJson: values.json === true,
    kubeconfig: values.kubeconfig === undefined ? undefined : resolve(values.kubeconfig),
  };
}
