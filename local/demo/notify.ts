/** A receiver on this machine is notified once that the objective of a claim was missed, and once that it is met again. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import * as z from 'zod';

const notice = z.looseObject({ kind: z.string(), title: z.string(), text: z.string() });
export type ReceivedNotice = z.infer<typeof notice>;

export interface NoticeReceiver {
  readonly url: string;
  readonly notices: readonly ReceivedNotice[];
  close(): Promise<void>;
}

export async function startNoticeReceiver(): Promise<NoticeReceiver> {
  const notices: ReceivedNotice[] = [];
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    notices.push(notice.parse(await json(request)));
    response.writeHead(204).end();
  }
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    notices,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The notifications about the objective of one claim: each once, in this order. Throws when a notification came twice. */
export function describeNotices(notices: readonly ReceivedNotice[], claim: string): string | undefined {
  const ofClaim = notices.filter(({ title }) => title.includes(`${claim} has no restore point`));
  const kinds = ofClaim.map(({ kind }) => kind).join();
  if (kinds !== 'opened,recovered' && !'opened,recovered'.startsWith(kinds))
    throw new Error(`it was notified of ${claim}: ${kinds}`);
  return kinds === 'opened,recovered' ? ofClaim.map(({ title }) => `“${title}”`).join(', then ') : undefined;
}
