/** Another function behind the front door: records what it is asked, and answers what the test says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: Recorded) => unknown;

export const answerOk: Answer = (response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');

export async function startRecordingFunction(answer: Answer = answerOk, port = 0) {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const recorded = { method, path, headers, body: Buffer.concat(chunks).toString() };
      requests.push(recorded);
      answer(response, recorded);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  const at = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return { requests, port: at, url: `http://127.0.0.1:${at}` };
}
