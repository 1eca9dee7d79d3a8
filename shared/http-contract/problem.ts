/** Problem documents of RFC 9457, as `function/problem.ts` makes them. */
import * as z from 'zod';
import { type ErrorCode, errorTable } from '../errors.ts';

export const errorCodes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

/** What the error knows further comes as members of its own. */
export const problem = z
  .looseObject({
    type: z.string().describe('urn:soteria:problem:<code>'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(errorCodes),
    what: z.string().describe('What happened.'),
    why: z.string().describe('Why it happened.'),
    fix: z.string().describe('What to do about it.'),
    instance: z.string().optional(),
    trace_id: z.string().optional().describe('The log of the function has it too.'),
  })
  .describe('What happened, why, and how to fix it.');
export type Problem = z.infer<typeof problem>;
