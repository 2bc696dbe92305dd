import { buildApp } from 'fauxqs';

/**
 * An SQS server in a process of its own, because its clock can be put forward: each message to this process is a number
 * of seconds that pass at once. It answers every message, and tells its address first.
 */
let ahead = 0;
const realNow = Date.now;
Date.now = () => realNow() + ahead;

const server = buildApp({ logger: false });
process.send?.(await server.listen({ host: '127.0.0.1', port: 0 }));
process.on('message', (seconds) => {
  ahead += Number(seconds) * 1000;
  process.send?.('passed');
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
