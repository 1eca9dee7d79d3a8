/** The policy and the due instant that an Operation was recorded for. Pure. The other direction is `tick/due-identity.ts`. */
const backupForm = /^policy\/([^/]+)\/[^/]+\/[^/]+\/(.+)$/;
const testForm = /^verify\/([^/]+)\/[^/]+\/[^/]+\/(.+)$/;

export interface DueOfOperation {
  readonly policy: string;
  readonly dueAt: Date;
}

/** Of a backup. Undefined: no policy has asked for it. */
export function dueOfIdentity(identity: string | undefined): DueOfOperation | undefined {
  return read(backupForm, identity);
}

/** Of a restore test. */
export function dueOfTest(identity: string | undefined): DueOfOperation | undefined {
  return read(testForm, identity);
}

function read(form: RegExp, identity: string | undefined): DueOfOperation | undefined {
  const [, policy, instant = ''] = form.exec(identity ?? '') ?? [];
  const dueAt = new Date(instant);
  return policy === undefined || Number.isNaN(dueAt.getTime()) ? undefined : { policy, dueAt };
}
