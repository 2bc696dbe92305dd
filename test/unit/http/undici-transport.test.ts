import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { CopyError } from '../../../shared/errors.ts';
import { encodePath } from '../../../shared/http/encode.ts';
import type { HttpRequest } from '../../../shared/http/transport.ts';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import { rawServer } from './raw-server.ts';

const transport = createTransport({ connectTimeoutMs: 2000 });
afterAll(() => transport.close());

function get(origin: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', origin, target: '/', headers: {}, timeoutMs: 5000, maxAnswerBytes: 1024 * 1024, ...more };
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

async function failure(promise: Promise<unknown>): Promise<CopyError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CopyError)) throw new Error(`not a CopyError: ${inspect(error)}`);
  return error;
}

describe('what goes out', () => {
  it.each([
    '/a/../b/./c.bin',
    '/%2e%2e/x',
    '/dir//double///slash.bin',
    '//leading',
    '/a%2F..%2Fb',
    '/plus%2Bsign+raw',
    `/${encodePath('数据/视频 (终)🎬.mp4')}`,
    `/${encodePath('back\\slash"quote<>\u0001\n.txt')}`,
    "/paren(1)*star's!?uploads&partNumber=1&key-marker=%2F..%2F",
  ])('sends the target %s byte for byte', async (target) => {
    await using server = await rawServer((socket) => socket.write(OK));
    await transport(get(server.origin, { target }));
    expect(server.requests[0]?.split('\r\n')[0]).toBe(`GET ${target} HTTP/1.1`);
  });

  it('writes header values as UTF-8 and reads them as UTF-8', async () => {
    const wire = Buffer.from('名字 é 🎬', 'utf8').toString('latin1');
    await using server = await rawServer((socket) =>
      socket.write(
        Buffer.from(
          `HTTP/1.1 200 OK\r\nx-oss-meta-n: ${wire}\r\ncontent-disposition: attachment; filename=${wire}\r\nVia: a\r\nVia: b\r\ncontent-length: 0\r\n\r\n`,
          'latin1',
        ),
      ),
    );
    const answer = await transport(get(server.origin, { method: 'PUT', headers: { 'x-oss-meta-n': '名字 é 🎬' } }));
    expect(server.requests[0]).toContain(`x-oss-meta-n: ${wire}\r\n`);
    expect(answer.headers).toMatchObject({
      'x-oss-meta-n': '名字 é 🎬',
      'content-disposition': 'attachment; filename=名字 é 🎬',
      via: 'a, b',
    });
  });

  it('sends bodies with their length, and length 0 for a PUT without one', async () => {
    await using server = await rawServer((socket) => socket.write(OK));
    await transport(get(server.origin, { method: 'PUT', body: Buffer.from('数据') }));
    await transport(get(server.origin, { method: 'PUT' }));
    expect(server.requests[0]).toMatch(/content-length: 6\r\n\r\n.{6}$/s);
    expect(server.requests[1]).toMatch(/content-length: 0\r\n\r\n$/);
    expect(server.requests.join('')).not.toMatch(/content-type|accept-encoding|transfer-encoding/i);
  });

  it('finds every name below localhost on this machine', async () => {
    await using server = await rawServer((socket) => socket.write(OK));
    const answer = await transport(get(server.origin.replace('127.0.0.1', 'bucket.oss.localhost')));
    expect(answer.status).toBe(200);
    expect(server.requests[0]).toMatch(/^host: bucket\.oss\.localhost:\d+\r$/im);
  });
});

describe('what comes back', () => {
  it('gives an answer of any status, a redirect too', async () => {
    await using server = await rawServer((socket) =>
      socket.write('HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:1/elsewhere\r\ncontent-length: 4\r\n\r\nbody'),
    );
    const answer = await transport(get(server.origin));
    expect([answer.status, Buffer.from(answer.body).toString(), server.requests.length]).toEqual([301, 'body', 1]);
  });

  it('keeps the length that HEAD announces, and connections', async () => {
    await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n'));
    const answer = await transport(get(server.origin, { method: 'HEAD' }));
    expect([answer.headers['content-length'], answer.body.byteLength]).toEqual(['99', 0]);
  });

  it('joins a body of many pieces', async () => {
    const body = 'x'.repeat(300_000);
    await using server = await rawServer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n${body}`),
    );
    const answer = await transport(get(server.origin));
    expect(Buffer.from(answer.body).toString()).toBe(body);
  });
});

describe('failures', () => {
  it('Timeout when no answer comes', async () => {
    await using server = await rawServer(() => {});
    const error = await failure(transport(get(server.origin, { timeoutMs: 80 })));
    expect([error.name, error.summary]).toEqual(['Timeout', 'The whole answer did not arrive within 80 ms.']);
  });

  it('Timeout when the body stalls or drips', async () => {
    await using server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    expect((await failure(transport(get(server.origin, { timeoutMs: 120 })))).name).toBe('Timeout');
  });

  it('counts waiting for a connection into the time', async () => {
    const narrow = createTransport({ connectionsPerOrigin: 1 });
    await using server = await rawServer(() => {});
    const first = failure(narrow(get(server.origin, { timeoutMs: 300 })));
    expect((await failure(narrow(get(server.origin, { timeoutMs: 60 })))).name).toBe('Timeout');
    expect((await first).name).toBe('Timeout');
    await narrow.close();
  });

  it('ConnectionLost when nobody listens, with the system error as cause', async () => {
    const { origin } = await (async () => {
      await using server = await rawServer(() => {});
      return server;
    })();
    const error = await failure(transport(get(origin)));
    expect([error.name, error.summary]).toEqual([
      'ConnectionLost',
      'The connection could not be made or broke before an answer came (ECONNREFUSED).',
    ]);
    expect(error.facts.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each(['resetAndDestroy', 'end'] as const)(
    'ConnectionLost when the connection breaks before an answer (%s)',
    async (how) => {
      await using server = await rawServer((socket) => socket[how]());
      expect((await failure(transport(get(server.origin)))).name).toBe('ConnectionLost');
    },
  );

  it('ConnectionLost for a name that nobody knows', async () => {
    expect((await failure(transport(get('http://no-such-name.invalid')))).name).toBe('ConnectionLost');
  });

  it.each(['resetAndDestroy', 'end'] as const)('IncompleteAnswer when the body is cut (%s)', async (how) => {
    await using server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n<Part', () => setTimeout(() => socket[how](), 20));
    });
    const error = await failure(transport(get(server.origin)));
    expect([error.name, error.summary]).toEqual([
      'IncompleteAnswer',
      expect.stringMatching(/^The connection broke in the middle of the answer/),
    ]);
  });

  it('IncompleteAnswer when a chunked body is cut', async () => {
    await using server = await rawServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
    );
    expect((await failure(transport(get(server.origin)))).name).toBe('IncompleteAnswer');
  });

  it('IncompleteAnswer for what is not HTTP', async () => {
    await using server = await rawServer((socket, request) => socket.end(request));
    const error = await failure(transport(get(server.origin, { headers: { authorization: 'HIDDEN' } })));
    expect(error.name).toBe('IncompleteAnswer');
    expect(inspect(error, { depth: 8, showHidden: true })).not.toContain('HIDDEN');
  });

  it('IncompleteAnswer for a body above the limit, without reading it all', async () => {
    let written = 0;
    await using server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${1024 ** 3}\r\n\r\n`);
      const more = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) written += 65_536;
      };
      socket.on('drain', more);
      more();
    });
    const error = await failure(transport(get(server.origin, { maxAnswerBytes: 100_000 })));
    expect([error.name, error.summary]).toEqual([
      'IncompleteAnswer',
      'The answer is larger than the 100000 bytes that are accepted here.',
    ]);
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it('IncompleteAnswer for a head without end', async () => {
    await using server = await rawServer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`),
    );
    expect((await failure(transport(get(server.origin)))).name).toBe('IncompleteAnswer');
  });

  it('InvalidRequest for what cannot be written as HTTP', async () => {
    await using server = await rawServer((socket) => socket.write(OK));
    const error = await failure(transport(get(server.origin, { headers: { authorization: 'secret\r\nx: y' } })));
    expect(error.name).toBe('InvalidRequest');
    expect(server.requests).toEqual([]);
  });

  it("rethrows the reason of the caller's own signal", async () => {
    await using server = await rawServer(() => {});
    const caller = new AbortController();
    const promise = transport(get(server.origin, { signal: caller.signal }));
    const reason = new Error('lost the race');
    setTimeout(() => caller.abort(reason), 20);
    await expect(promise).rejects.toBe(reason);
    await expect(transport(get(server.origin, { signal: caller.signal }))).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  it('aborts in the middle of a body', async () => {
    await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx'));
    const caller = new AbortController();
    setTimeout(() => caller.abort('enough'), 50);
    await expect(transport(get(server.origin, { signal: caller.signal }))).rejects.toBe('enough');
  });

  it('never shows targets or headers in an error', async () => {
    await using server = await rawServer((socket) => socket.resetAndDestroy());
    const hidden = get(server.origin, {
      target: '/k?x-oss-signature=HIDDEN',
      headers: { authorization: 'HIDDEN', cookie: 'HIDDEN\u0000' },
    });
    const broken = await failure(transport({ ...hidden, headers: { authorization: 'HIDDEN' } }));
    const refused = await failure(transport(hidden));
    expect(inspect([broken, refused], { depth: 8, showHidden: true })).not.toContain('HIDDEN');
  });
});
