/** `GET /v1/notify`: what is open, what is not sent yet, and how the channels are. Nothing of the Secret's content. */
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { isOpen } from '../decide/entry.ts';
import { isNotUnderstood, readNotifySettings } from '../settings/read-notify-settings.ts';
import type { NotifySettings } from '../settings/notify-schema.ts';
import type { NotifyTools } from '../tools.ts';

export async function readNotify(tools: NotifyTools, { caller, signal }: Incoming) {
  const { authorize, client, namespace, records } = tools;
  // It names claims of all namespaces.
  await authorize(caller, { verb: 'list' }, signal);
  const [settings, record] = await Promise.all([readOrWhy(), records.read(signal)]);
  const channels = 'why' in settings ? [] : (settings.found?.channels ?? []);
  return {
    status: 'why' in settings ? 'misconfigured' : channels.length === 0 ? 'not_configured' : 'configured',
    why: 'why' in settings ? settings.why : undefined,
    looked_at: record.lookedAt,
    channels: channels.map(({ name, type }) => {
      const state = record.channels[name] ?? {};
      return {
        name,
        type,
        last_sent_at: state.lastSentAt,
        failing_since: state.failingSince,
        why: state.why,
        waiting: record.outbox.filter(({ due }) => due[name] !== undefined).length,
      };
    }),
    problems: Object.values(record.memory.entries)
      .filter(isOpen)
      .map(({ problem, count, subjects, saidAt, returns }) => ({
        subject: problem.subject,
        severity: problem.severity,
        since: problem.since,
        what: problem.what,
        why: problem.why,
        fix: problem.fix,
        count,
        subjects,
        returns,
        said_at: saidAt,
      })),
  };

  async function readOrWhy(): Promise<{ readonly found: NotifySettings | undefined } | { readonly why: string }> {
    try {
      return { found: await readNotifySettings(client, namespace, signal) };
    } catch (error) {
      if (!isNotUnderstood(error)) throw error;
      return { why: error.explanation.why };
    }
  }
}
