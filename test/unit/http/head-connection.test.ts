import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import { rawServer } from './raw-server.ts';

const HEADERS = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n';
const FORBIDDEN_BODY = 'no';

/** So many HEAD requests, one after the other, to a server whose answers are written by `answer`. */
async function heads(count: number, answer: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const transport = createTransport({ connectionsPerOrigin: 1 });
  await using server = await rawServer((socket) => {
    sockets.add(socket);
    answer(socket);
  });
  const request = { method: 'HEAD', origin: server.origin, target: '/', headers: {}, timeoutMs: 5000 } as const;
  const statuses: (number | string)[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    const status = await transport({ ...request, maxAnswerBytes: 1024 }).then(
      (reply) => reply.status,
      (error: Error) => error.name,
    );
    statuses.push(status);
  }
  await transport.close();
  return { statuses, connections: sockets.size };
}

describe('a HEAD', () => {
  it('leaves its connection to the next request', async () => {
    const { statuses, connections } = await heads(5, (socket) => socket.write(`${HEADERS}\r\n`));
    expect([statuses, connections]).toEqual([[200, 200, 200, 200, 200], 1]);
  });

  it('whose server says that it closes gets another connection', async () => {
    const { statuses, connections } = await heads(3, (socket) => socket.end(`${HEADERS}connection: close\r\n\r\n`));
    expect([statuses, connections]).toEqual([[200, 200, 200], 3]);
  });

  it('that is answered with a body in spite of it never gives those bytes to another request', async () => {
    const { statuses } = await heads(5, (socket) => socket.write(`${HEADERS}\r\n${FORBIDDEN_BODY}`));
    // What cannot be read is a broken connection, which every caller tries again on a new one.
    expect(statuses.filter((status) => status !== 200 && status !== 'ConnectionLost')).toEqual([]);
    expect(statuses[0]).toBe(200);
  });

  it('never takes the body of the answer before it for its own', async () => {
    const smuggled = 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n';
    let answers = 0;
    const { statuses } = await heads(4, (socket) => {
      answers += 1;
      // In one piece, as a body that follows its headers at once.
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${smuggled.length}\r\n\r\n${answers === 1 ? smuggled : ''}`);
    });
    expect(statuses).not.toContain(404);
  });
});
