import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CopyStatus } from '@objectferry/shared/api.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '#functions/api/app.ts';
import { createLocalExecutions } from '#infra/local/executions/local-executions.ts';
import { type LoopbackServer, listenOnLoopback } from '#infra/local/server.ts';
import { startWorld, type World } from '../world.ts';

const MIB = 1024 * 1024;
let world: World;
let executions: ReturnType<typeof createLocalExecutions>;
let server: LoopbackServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'objectferry-api-'));
  world = await startWorld({
    maxInFlight: 4,
    faultRules: [{ operation: 'UploadPartCopy', key: 'slow', fault: { kind: 'latency', ms: 20 } }],
  });
  world.oss.model.putVirtualObject('raw', 'key', 400 * MIB);
  const { runtime } = world;
  executions = createLocalExecutions({ runtime, folder, run: { retryIntervalMs: 1 } });
  server = await listenOnLoopback(0);
  server.serve({ api: createApi({ executions, runtime }) });
});
afterAll(async () => {
  await server.close();
  await executions.close();
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const body = JSON.stringify({
  source: 'oss://raw/key',
  destination: 'oss://archive/slow',
  options: { partSizeMiB: 1 },
});

/** Sends bytes as they are, and gives the status line and the rest of the answer. */
function raw(head: readonly string[], text = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
    socket.end(
      `${[...head, 'Connection: close', `Content-Length: ${Buffer.byteLength(text)}`].join('\r\n')}\r\n\r\n${text}`,
    );
  });
}

describe('the API on loopback', () => {
  it('takes a copy, tells how it is doing, and stops it: no upload is left', async () => {
    const submitted = await fetch(`${server.url}/copies`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(submitted.status).toBe(202);
    const self = `${server.url}${submitted.headers.get('location')}`;
    const show = async () => parse(CopyStatus, await (await fetch(self)).json(), 'The status');
    await expect.poll(async () => (await show()).progress?.partsDone ?? 0, { timeout: 10_000 }).toBeGreaterThan(3);
    expect(await show()).toMatchObject({ state: 'running', strategy: 'parts', progress: { partCount: 400 } });
    expect((await fetch(self, { method: 'DELETE' })).status).toBe(202);
    await expect.poll(async () => (await show()).state, { timeout: 10_000 }).toBe('stopped');
    world.expectNoUploads();
    expect(world.oss.model.getObject('archive', 'slow')).toBeUndefined();
  });

  it.each([
    ['bad JSON', '{', 400, /JSON/],
    ['an unknown store', '{"source":"zz://a/b","destination":"oss://archive/x"}', 400, /source\.store is "zz"/],
  ])('answers %s with a problem', async (_, text, status, detail) => {
    const answer = await fetch(`${server.url}/copies`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: text,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });
});

describe('a web page cannot drive the API on loopback', () => {
  const port = () => new URL(server.url).port;
  const post = (host: string, ...headers: readonly string[]) =>
    raw(['POST /copies HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json', ...headers], body);

  it.each([
    ['its own name that points here', () => post(`evil.example:${port()}`)],
    ['a name that begins like this machine', () => post(`127.0.0.1.evil.example:${port()}`)],
    ['a name that ends like this machine', () => post(`evil-localhost:${port()}`)],
    ['a target with its own name', () => raw([`GET http://evil.example/copies HTTP/1.1`, `Host: 127.0.0.1:${port()}`])],
    ['a user in the name', () => post(`127.0.0.1:${port()}@evil.example`)],
    ['another origin', () => post(`127.0.0.1:${port()}`, 'Origin: https://evil.example')],
    ['an origin that is hidden', () => post(`127.0.0.1:${port()}`, 'Origin: null')],
    ['an origin of another port', () => post(`127.0.0.1:${port()}`, 'Origin: http://127.0.0.1:1')],
    ['a request of another site', () => post(`127.0.0.1:${port()}`, 'Sec-Fetch-Site: cross-site')],
    ['a request of another port', () => post(`127.0.0.1:${port()}`, 'Sec-Fetch-Site: same-site')],
    [
      'a look from another site',
      () => raw(['GET /copies HTTP/1.1', `Host: localhost:${port()}`, 'Sec-Fetch-Site: cross-site']),
    ],
    [
      'a question whether it may',
      () =>
        raw([
          'OPTIONS /copies HTTP/1.1',
          `Host: 127.0.0.1:${port()}`,
          'Origin: https://evil.example',
          'Access-Control-Request-Method: POST',
        ]),
    ],
  ])('with %s', async (_, send) => {
    const before = (await executions.list({ limit: 1000 })).executions.length;
    const answer = await send();
    // A Host that cannot be one is refused before the guard, by the server itself.
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    if (answer.includes('403')) expect(answer).toContain('"type":"/problems/LoopbackOnly"');
    expect(answer.toLowerCase()).not.toContain('access-control-allow');
    expect((await executions.list({ limit: 1000 })).executions).toHaveLength(before);
  });

  it.each([
    ['the address', () => [`Host: 127.0.0.1:${port()}`]],
    ['the name', () => [`Host: localhost:${port()}`]],
    ['another loopback address, as a forwarded port has it', () => ['Host: 127.0.0.2:9000']],
    [
      'a page of its own',
      () => [`Host: 127.0.0.1:${port()}`, `Origin: http://127.0.0.1:${port()}`, 'Sec-Fetch-Site: same-origin'],
    ],
    ['a person who types the address', () => [`Host: 127.0.0.1:${port()}`, 'Sec-Fetch-Site: none']],
  ])('while %s is let in', async (_, headers) => {
    expect(await raw(['GET /copies HTTP/1.1', ...headers()])).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('and form posts, which need no permission, have the wrong type', async () => {
    const headers = ['POST /copies HTTP/1.1', `Host: 127.0.0.1:${port()}`, 'Content-Type: text/plain'];
    expect(await raw(headers, body)).toMatch(/^HTTP\/1\.1 415 /);
  });
});
