/** The source of a function that answers as requested and prints every request as a JSON line. */

/** The extension `answer` of an event, or `?answer=` of a plain request, names the answer; `/dead-letters` accepts everything. */
export const probeFunction = `
import { createServer } from 'node:http';
if (process.env.PROBE_START === 'crash') {
  console.error('cannot start: no settings');
  process.exit(3);
}
const seen = new Map();
const server = createServer(async (request, response) => {
  const at = Date.now();
  const url = new URL(request.url, 'http://probe');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const { headers, method } = request;
  const plan = headers['ce-answer'] ?? url.searchParams.get('answer') ?? '204';
  const id = headers['ce-id'] ?? 'none';
  const times = (seen.get(id) ?? 0) + 1;
  seen.set(id, times);
  console.log(JSON.stringify({ method, path: request.url, headers, body, env: process.env, pid: process.pid, at }));
  const [word, argument] = plan.split('.');
  if (url.pathname === '/dead-letters') response.writeHead(204).end();
  else if (word === 'status') response.writeHead(Number(argument)).end('because');
  else if (word === 'recover') response.writeHead(times > Number(argument) ? 204 : 503).end();
  else if (word === 'json') response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  else if (word === 'long') response.writeHead(500).end('x'.repeat(900));
  else if (word === 'reply') {
    const type = argument;
    response.writeHead(200, {
      'ce-specversion': '1.0', 'ce-id': 'reply-' + id, 'ce-source': '/probe', 'ce-type': type,
      'ce-answer': type === 'loop' ? 'reply.loop' : '204',
    }).end();
  } else if (word === 'hang') request.socket.on('close', () => console.log('{"closed":true}'));
  else if (word === 'slow') setTimeout(() => response.writeHead(204).end(), Number(argument));
  else if (word === 'stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-own': 'kept' });
    response.write('first');
    setTimeout(() => response.end('last'), 150);
  } else if (word === 'begin') {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('first');
  } else if (word === 'crash') {
    console.error('out of luck');
    process.exit(7);
  } else response.writeHead(Number(word)).end();
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
`;
