/** A sink that keeps what it gets and answers with the given statuses in turn, then with 202. */
import type { IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { listenOnLoopback } from '../loopback-server.ts';
import { readBody } from '../read-body.ts';

export interface RecordingSink {
  readonly url: string;
  readonly received: readonly { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  /** Leaves every further request unanswered until it is called again with false. */
  hold(isHeld: boolean): void;
}

export async function startRecordingSink(statuses: readonly number[] = []): Promise<RecordingSink> {
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  let waiting: (() => void)[] | undefined;
  const server = await listenOnLoopback((request, response) => {
    void readBody(request).then((body) => {
      const status = statuses[received.length] ?? 202;
      received.push({ headers: request.headers, body: body.toString() });
      const answer = (): unknown => response.writeHead(status).end();
      return waiting === undefined ? answer() : waiting.push(answer);
    });
  });
  onTestFinished(() => server.close());
  return {
    url: server.url,
    received,
    hold(isHeld) {
      for (const answer of waiting ?? []) answer();
      waiting = isHeld ? [] : undefined;
    },
  };
}
