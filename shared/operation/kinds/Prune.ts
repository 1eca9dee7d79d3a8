/** The deletion of the restore points of a claim that the retention of one policy no longer keeps. */
import * as z from 'zod';
import { count, explanation } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { attempt, policy, readings, source, volumeWork } from './shared-members.ts';

/** One Prune deletes at most so many points; the next one goes on. */
export const maxPruned = 100;

const planDigest = z
  .string()
  .max(64)
  .regex(/^[0-9a-f]{24}$/, 'must be the digest of a plan, as a dry run tells it');
/** Ids of points that Soteria has made: Soteria's own name, on a target whose name is a label. */
const points = z.array(z.string().max(160)).max(maxPruned).optional();

const pruneFact = z.looseObject({
  operation: z.string(),
  policy: z.string(),
  namespace: z.string(),
  pvc: z.string(),
  volume: z.string().optional(),
  deleted: z.int(),
  kept: z.int().optional(),
  /** The digest that a yes names. */
  plan: z.string().optional(),
  error: explanation.optional(),
});

export const Prune = {
  verb: 'prune',
  function: 'policy-tick',
  requires: ['pvc', 'policy'],
  livesIn: 'own',
  claim: 'source',
  request: {
    ...source,
    policy,
    volume: z
      .string()
      .max(253)
      .optional()
      .describe('An earlier volume of the claim, whose points are pruned; left out: the volume that the claim has.'),
    confirm: planDigest
      .optional()
      .describe('The digest of the plan that a person has confirmed; of any other plan nothing is deleted.'),
  },
  work: {
    attempt,
    ...volumeWork,
    /** Ids of the points that are to be deleted, in this order. `backup` is the one that is being deleted. */
    plan: points,
    planDigest: planDigest.optional(),
    /** Ids of those that are gone. */
    gone: points,
    readings,
  },
  result: {
    deletedPoints: points.describe('Their ids.'),
    keptCount: count.describe('Points of the policy that stay.'),
    kept: z.array(z.string().max(256)).max(maxPruned).optional().describe('The newest of those that stay, and why.'),
    confirmed: z.boolean().optional().describe('True: Longhorn has read the target since, and lists none of them.'),
  },
  // A Backup that is deleted wakes the function `backup`, which asks for a look at the Prune that has recorded its name: woken by deletions
  // itself, this function would be woken by the end of every backup too, because a Backup that is no longer watched looks the same.
  wokenBy: [],
  events: {
    'dev.soteria.prune.completed.v1': {
      meaning: 'The restore points of a claim that the retention of a policy no longer keeps are deleted.',
      role: 'fact',
      unsigned: 'never',
      data: pruneFact,
    },
    'dev.soteria.prune.failed.v1': {
      meaning:
        'A prune has failed or was cancelled; the data says how many points are deleted, what, why and how to fix it.',
      role: 'fact',
      unsigned: 'always',
      data: pruneFact,
    },
    'dev.soteria.prune.skipped.v1': {
      meaning: 'Nothing was deleted: a prune waits for a yes, or something stands against it.',
      role: 'fact',
      unsigned: 'always',
      data: pruneFact,
    },
  },
} as const satisfies KindOfOperation;
