// The least a Node process can do with an event: take it and answer.
const { createServer } = require('node:http');

createServer((incoming, outgoing) => {
  incoming.resume();
  incoming.on('end', () => outgoing.writeHead(204).end());
}).listen(Number(process.env.PORT), '127.0.0.1');
