/** Mail over SMTP with TLS. The library is loaded when a mail is sent: it is the largest thing in this function. */
import { isTlsRefusal, networkCode } from '@soteria/shared/http/network-errors.ts';
import type { Channel, Message, SendOutcome } from './channel.ts';
import { sendTimeoutMs } from './post.ts';

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** `starttls` goes on only when the server offers it and its certificate is good; `none` is for a relay in the same pod or node. */
  readonly tls: 'tls' | 'starttls' | 'none';
  readonly ca: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

const wholeMs = 30_000;

/** Also when the caller goes. */
function whenAborted(signal: AbortSignal): Promise<false> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(wholeMs)]);
  return new Promise((resolve) => {
    if (either.aborted) resolve(false);
    else either.addEventListener('abort', () => resolve(false), { once: true });
  });
}

export function createMailSend(settings: MailSettings): Channel['send'] {
  const { host, port, tls, ca, user, password, from, to } = settings;
  return async (message, signal) => {
    const { createTransport } = await import('./nodemailer.ts');
    const transport = createTransport({
      host,
      port,
      secure: tls === 'tls',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      ...(ca === undefined ? {} : { tls: { ca } }),
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      connectionTimeout: sendTimeoutMs,
      greetingTimeout: sendTimeoutMs,
      socketTimeout: sendTimeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const sending = transport.sendMail({ from, to: [...to], ...letterOf(message, from) });
      // Its own limits are of silence: a server that trickles would hold it for ever.
      const isSent = await Promise.race([sending.then(() => true), whenAborted(signal)]);
      return isSent ? { kind: 'sent' } : { kind: 'failed', why: `it did not take the mail within ${wholeMs / 1000} s` };
    } catch (thrown) {
      return outcomeOf(thrown);
    } finally {
      transport.close();
    }
  };
}

/** The same notice has the same Message-ID, and all of one problem are one conversation. */
export function letterOf({ notice, title, text, link, cluster }: Message, from: string) {
  const domain = /@([^>\s]+)>?\s*$/.exec(from)?.[1] ?? 'soteria.invalid';
  const threadId = `<${notice.thread}@${domain}>`;
  return {
    messageId: `<${notice.id}.${notice.thread}@${domain}>`,
    inReplyTo: threadId,
    references: [threadId],
    subject: title,
    text: [text, ...(link === undefined ? [] : ['', link]), '', `-- \nSoteria in ${cluster}`].join('\n'),
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** The library hides Node's code behind its own ESOCKET. */
function isOfCertificate(thrown: unknown): boolean {
  return thrown instanceof Error && /certificate|altnames|ssl routines/i.test(thrown.message);
}

function outcomeOf(thrown: unknown): SendOutcome {
  const code = networkCode(thrown);
  const status =
    typeof thrown === 'object' && thrown !== null && 'responseCode' in thrown ? Number(thrown.responseCode) : 0;
  if (code === 'EAUTH') return { kind: 'refused', why: 'it refuses the user or the password' };
  if (code === 'ETLS' || isTlsRefusal(thrown) || isOfCertificate(thrown))
    return { kind: 'refused', why: 'it offers no encryption, or its certificate is not accepted' };
  // A reply of the fives is final; what the server says may quote the password's encoding, so only its number is told.
  if (status >= 500) return { kind: 'refused', why: `it answered ${status}` };
  if (status >= 400) return { kind: 'failed', why: `it answered ${status}` };
  return { kind: 'failed', why: `it cannot be reached (${code ?? 'the connection was lost'})` };
}
