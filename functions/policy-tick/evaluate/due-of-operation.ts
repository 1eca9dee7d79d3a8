/** The policy and the due instant that an Operation was recorded for. Pure. The other direction is `tick/due-identity.ts`. */
const form = /^policy\/([^/]+)\/[^/]+\/[^/]+\/(.+)$/;

export interface DueOfOperation {
  readonly policy: string;
  readonly dueAt: Date;
}

/** Undefined: no policy has asked for it. */
export function dueOfIdentity(identity: string | undefined): DueOfOperation | undefined {
  const [, policy, instant = ''] = form.exec(identity ?? '') ?? [];
  const dueAt = new Date(instant);
  return policy === undefined || Number.isNaN(dueAt.getTime()) ? undefined : { policy, dueAt };
}
