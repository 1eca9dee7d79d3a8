/** What the doors of the function `notify` take and answer. Nothing of the Secret `soteria-notify` is among it. */
import * as z from 'zod';
import { instantText } from './parts.ts';

const channelType = z.enum(['ntfy', 'webhook', 'slack', 'mail']);

export const notifyTestAnswer = z.strictObject({
  channel: z.string(),
  type: channelType,
  outcome: z
    .enum(['sent', 'failed', 'refused'])
    .describe('`refused`: trying again does not help until somebody mends the channel or its settings.'),
  why: z.string().optional().describe('In the words of the channel, without its address and its credentials.'),
  took_ms: z.int().min(0),
});

const notifyChannel = z.strictObject({
  name: z.string(),
  type: channelType,
  last_sent_at: instantText.optional(),
  failing_since: instantText.optional(),
  why: z.string().optional(),
  waiting: z.int().min(0).describe('Notices that the channel does not have yet.'),
});

const openProblem = z.strictObject({
  subject: z.string().describe('`namespace/claim`, or what else it is about.'),
  severity: z.enum(['critical', 'warning']),
  since: instantText,
  what: z.string(),
  why: z.string(),
  fix: z.string(),
  count: z.int().min(1).describe('So many have this one cause.'),
  subjects: z.array(z.string()).describe('The first of them.'),
  returns: z.int().min(0).describe('So often it has come back.'),
  said_at: instantText.optional().describe('Left out: nobody was notified yet.'),
});

export const notifyState = z.strictObject({
  status: z.enum(['configured', 'not_configured', 'misconfigured']),
  why: z.string().optional().describe('Of `misconfigured`: what in the Secret is not understood.'),
  looked_at: instantText.optional(),
  channels: z.array(notifyChannel),
  problems: z.array(openProblem),
});
