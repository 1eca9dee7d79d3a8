/** What an operator writes in the Secret `soteria-notify` under `config.yaml`. */
import { defaultRules } from '../decide/rules.ts';
import { timeZone } from '@soteria/shared/policy/policy-schema.ts';
import * as z from 'zod';
import { dnsLabel } from '@soteria/shared/operation/kinds/fields.ts';

const httpUrl = z.url({ protocol: /^https?$/ }).max(2_000);
const line = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\r\n]*$/, 'must be one line');
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00');
const zone = timeZone.default('UTC');

const everyChannel = {
  name: dnsLabel,
  minSeverity: z.enum(['warning', 'critical']).default('warning').describe('Only what is at least so severe.'),
  namespaces: z.array(dnsLabel).min(1).max(100).optional().describe('Only notices about claims of these namespaces.'),
  title: line
    .optional()
    .describe('With ${title}, ${cluster} and ${severity}; nothing else is filled in, and no shell is run.'),
};

const ntfyChannel = z.strictObject({
  ...everyChannel,
  type: z.literal('ntfy'),
  server: httpUrl.default('https://ntfy.sh'),
  topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, 'must be a topic: letters, digits, - and _'),
  token: line.optional(),
  user: line.optional(),
  password: line.optional(),
  priority: z.int().min(1).max(5).optional().describe('Left out: 4 for critical, 3 for warning, 2 for what is over.'),
  tags: z.array(line).max(5).default([]),
});

const webhookChannel = z.strictObject({
  ...everyChannel,
  type: z.literal('webhook'),
  url: httpUrl,
  format: z.enum(['cloudevent', 'json']).default('cloudevent'),
  secret: z.string().min(16).max(512).optional().describe('Signs each request.'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header'), line)
    .default({})
    .describe('Sent with each request.'),
});

const slackChannel = z.strictObject({ ...everyChannel, type: z.literal('slack'), url: httpUrl });

const mailChannel = z.strictObject({
  ...everyChannel,
  type: z.literal('mail'),
  host: line,
  port: z.int().min(1).max(65_535).default(587),
  tls: z.enum(['tls', 'starttls', 'none']).default('starttls'),
  ca: z.string().max(20_000).optional().describe('Certificates in PEM, where the server’s is of an own authority.'),
  user: line.optional(),
  password: line.optional(),
  from: line,
  to: z.array(line).min(1).max(20),
});

export const channelSchema = z.discriminatedUnion('type', [ntfyChannel, webhookChannel, slackChannel, mailChannel]);
export type ChannelSettings = z.infer<typeof channelSchema>;

const hours = z
  .string()
  .regex(/^[1-9]\d{0,2}(m|h|d)$/, 'must be a duration such as 30m, 24h or 7d')
  .transform((text) => Number(text.slice(0, -1)) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) as 'm']);

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

export const notifySchema = z.strictObject({
  cluster: line.optional().describe('The name of this cluster in every message; left out: `soteria`.'),
  consoleUrl: httpUrl.optional().describe('Where people open the console; every message links to it.'),
  channels: z.array(channelSchema).max(20).default([]),
  remindAfter: hours.default(defaultRules.remindAfterMs),
  flapWindow: hours.default(defaultRules.flapWindowMs),
  groupAbove: z.int().min(1).max(50).default(defaultRules.groupAbove),
  quietHours: z
    .strictObject({ from: timeOfDay, to: timeOfDay, timeZone: zone, holdsCritical: z.boolean().default(false) })
    .optional(),
  severities: z
    .array(
      z.strictObject({
        namespaces: z.array(dnsLabel).min(1).max(100).optional(),
        policies: z.array(line).min(1).max(100).optional(),
        severity: z.enum(['critical', 'warning', 'off']),
      }),
    )
    .max(100)
    .default([])
    .describe('The first that fits decides.'),
  weekly: z
    .strictObject({
      day: z.enum(weekdays).transform((day) => weekdays.indexOf(day)),
      hour: z.int().min(0).max(23).default(8),
      timeZone: zone,
    })
    .optional()
    .describe('A summary once a week, also when all is well.'),
});
export type NotifySettings = z.infer<typeof notifySchema>;
