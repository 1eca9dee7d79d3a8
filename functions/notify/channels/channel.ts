/** A way to a person. Each has a deadline of its own; none knows of the others. */
import type { Notice } from '../decide/notice.ts';

export interface Message {
  readonly notice: Notice;
  /** The name of this cluster. */
  readonly cluster: string;
  /** Of the console, where its address is known. */
  readonly link: string | undefined;
  /** Where this channel wants another title. */
  readonly title: string;
  readonly text: string;
}

export type SendOutcome =
  | { readonly kind: 'sent' }
  /** Trying again may help. */
  | { readonly kind: 'failed'; readonly why: string; readonly retryAfterMs?: number | undefined }
  /** It never will: a wrong token, a topic that does not exist. It is reported, and the notice is given up for this channel. */
  | { readonly kind: 'refused'; readonly why: string };

export interface Channel {
  readonly name: string;
  readonly type: string;
  readonly minSeverity: 'warning' | 'critical';
  /** Undefined: of all namespaces, and what is of none. */
  readonly namespaces: readonly string[] | undefined;
  /** With `${title}`, `${cluster}` and `${severity}`; undefined: the notice's own. */
  readonly titleTemplate: string | undefined;
  send(message: Message, signal: AbortSignal): Promise<SendOutcome>;
}
