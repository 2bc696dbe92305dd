import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApiClient } from '#infra/local/api-client.ts';
import { readEndpoint } from '#infra/local/api-endpoint.ts';

/** A request as it arrived. */
interface Arrived {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Recorder extends AsyncDisposable {
  readonly url: string;
  readonly arrived: Arrived[];
}

/** A server that keeps what arrives and answers with what it is given, the last answer again and again. */
async function recorder(...answers: ((response: ServerResponse) => void)[]): Promise<Recorder> {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      const answer = answers[Math.min(arrived.length, answers.length - 1)];
      arrived.push({ method, target, headers, body: Buffer.concat(chunks).toString() });
      answer?.(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

const accepted = { id: 'api-1', links: { self: '/copies/api-1' } };
const request = { source: 'oss://raw/a b', destination: 'oss://archive/数据' };
const keys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'token/+=',
};

/** What the independent signer wants for a hash: SHA-256, keyed or not. */
class NodeSha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The Authorization that another implementation gives to what arrived, signing the headers that were signed. */
async function expectedAuthorization({ method, target, headers, body }: Arrived, region: string): Promise<string> {
  const [path = '', query = ''] = target.split('?');
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const signer = new SignatureV4({
    credentials: keys,
    region,
    service: 'execute-api',
    sha256: NodeSha256,
    applyChecksum: false,
  });
  const date = String(headers['x-amz-date']);
  const time = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: decodeURI(path),
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: Object.fromEntries(
        signedHeaders.filter((name) => !name.startsWith('x-amz-')).map((name) => [name, String(headers[name])]),
      ),
      body: body === '' ? undefined : body,
    },
    { signingDate: new Date(time) },
  );
  return String(signed.headers['authorization']);
}

const signatureOf = (authorization: string) => /Credential=[^,]+|Signature=\w+/g[Symbol.match](authorization);

afterEach(() => {
  vi.unstubAllEnvs();
});

function giveKeys(): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', keys.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', keys.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', keys.sessionToken);
}

describe('a client that signs for IAM', () => {
  it('signs every call as an independent implementation does', async () => {
    giveKeys();
    await using server = await recorder(json(202, accepted), json(202, accepted), json(200, { copies: [] }));
    const client = createApiClient({ endpoint: `${server.url}/prod`, auth: 'iam', region: 'eu-west-1' });
    await client.submit(request, 'a key/with+signs');
    await client.stop('api-1');
    await client.list({ state: 'running', limit: 7, next: 'a+b/c=&d e' });
    expect(server.arrived.map(({ method, target }) => `${method} ${target.split('?')[0]}`)).toEqual([
      'POST /prod/copies',
      'DELETE /prod/copies/api-1',
      'GET /prod/copies',
    ]);
    for (const call of server.arrived) {
      const { authorization = '' } = call.headers;
      expect(authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/execute-api\/aws4_request, /,
      );
      expect(signatureOf(authorization)).toEqual(signatureOf(await expectedAuthorization(call, 'eu-west-1')));
      expect(call.headers['x-amz-security-token']).toBe(keys.sessionToken);
      expect(JSON.stringify(call)).not.toContain(keys.secretAccessKey);
    }
    expect(JSON.parse(server.arrived[0]?.body ?? '')).toEqual(request);
    // The check itself can fail: another body has another signature.
    const [first] = server.arrived;
    if (first === undefined) return expect.fail('nothing arrived');
    const forged = await expectedAuthorization({ ...first, body: `${first.body} ` }, 'eu-west-1');
    expect(signatureOf(forged)).not.toEqual(signatureOf(first.headers.authorization ?? ''));
  });

  it('signs each try anew', async () => {
    giveKeys();
    await using server = await recorder(json(503, {}), json(202, accepted));
    const client = createApiClient({ endpoint: server.url, auth: 'iam', region: 'us-east-1', longestPauseMs: 1100 });
    await client.submit(request, 'k');
    expect(server.arrived).toHaveLength(2);
    for (const call of server.arrived) {
      expect(signatureOf(call.headers.authorization ?? '')).toEqual(
        signatureOf(await expectedAuthorization(call, 'us-east-1')),
      );
    }
  });

  it('says what to do where there are no credentials', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    await using server = await recorder(json(202, accepted));
    const client = createApiClient({ endpoint: server.url, auth: 'iam', region: 'us-east-1' });
    await expect(client.status('x')).rejects.toThrow(/^There are no AWS credentials: set AWS_PROFILE or/);
    expect(server.arrived).toEqual([]);
  });
});

describe('a client with a token, or without anything', () => {
  it('sends the token as a bearer', async () => {
    await using server = await recorder(json(202, accepted));
    await createApiClient({ endpoint: server.url, auth: 'jwt', token: 'ey.J.x' }).stop('api-1');
    expect(server.arrived[0]?.headers.authorization).toBe('Bearer ey.J.x');
  });

  it('sends nothing to loopback, whatever there is', async () => {
    giveKeys();
    await using server = await recorder(json(202, accepted));
    await createApiClient({ endpoint: server.url, token: 'ey.J.x' }).stop('api-1');
    const { authorization, 'x-amz-security-token': session } = server.arrived[0]?.headers ?? {};
    expect([authorization, session]).toEqual([undefined, undefined]);
  });

  it('follows no redirect, which would take its credentials along', async () => {
    await using other = await recorder(json(202, accepted));
    await using server = await recorder(json(307, {}, { location: `${other.url}/copies/api-1` }));
    const client = createApiClient({ endpoint: server.url, auth: 'jwt', token: 'ey.J.x' });
    await expect(client.stop('api-1')).rejects.toThrow('The API answered with status 307');
    expect(other.arrived).toEqual([]);
  });
});

describe('a call that is not answered well', () => {
  const problem = { type: 'InvalidRequest', title: 'Bad Request', status: 400, detail: 'destination is missing.' };

  it.each([
    ['throttling', json(429, {}, { 'retry-after': '1' })],
    ['a failure', json(500, {})],
    ['a gateway', json(502, {})],
    ['a reset', (response: ServerResponse) => response.destroy()],
  ])('is made again after %s, with the same key', async (_, trouble) => {
    await using server = await recorder(trouble, trouble, json(202, accepted));
    const client = createApiClient({ endpoint: server.url, longestPauseMs: 1 });
    expect(await client.submit(request, 'same')).toEqual(accepted);
    expect(server.arrived.map(({ headers }) => headers['idempotency-key'])).toEqual(['same', 'same', 'same']);
  });

  it('is not made again after a refusal, and says what the API says', async () => {
    await using server = await recorder(json(400, problem, { 'content-type': 'application/problem+json' }));
    const client = createApiClient({ endpoint: server.url, longestPauseMs: 1 });
    await expect(client.submit({}, 'k')).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: 'destination is missing.',
      status: 400,
    });
    expect(server.arrived).toHaveLength(1);
  });

  it('is given up in the end', async () => {
    await using server = await recorder(json(503, {}));
    const client = createApiClient({ endpoint: server.url, longestPauseMs: 1 });
    await expect(client.status('x')).rejects.toThrow('The API answered with status 503');
    expect(server.arrived).toHaveLength(5);
  });

  it('says that nobody listens there', async () => {
    const server = await recorder();
    await server[Symbol.asyncDispose]();
    const client = createApiClient({ endpoint: server.url, longestPauseMs: 1 });
    await expect(client.status('x')).rejects.toThrow(
      `${server.url} cannot be reached (ECONNREFUSED): is it running there?`,
    );
  });

  it.each([
    ['no JSON', (response: ServerResponse) => response.end('<html>'), /did not answer JSON/],
    ['other JSON', json(200, { copies: 1 }), /The answer of http.*: copies must be a list/],
  ])('is refused when it is %s', async (_, answer, sentence) => {
    await using server = await recorder(answer);
    await expect(createApiClient({ endpoint: server.url }).list({})).rejects.toThrow(sentence);
  });

  it('ends when nobody waits any more', async () => {
    await using server = await recorder(() => undefined);
    const left = new AbortController();
    const answer = createApiClient({ endpoint: server.url, signal: left.signal }).status('x');
    setTimeout(() => left.abort(new Error('left')), 20);
    await expect(answer).rejects.toThrow('left');
  });
});

describe('an endpoint', () => {
  const read = (endpoint: string, auth?: string, region?: string, hasToken = false) =>
    readEndpoint({ endpoint, auth, region, hasToken });

  it.each([
    ['http://127.0.0.1:4410', undefined, undefined, false, { kind: 'none' }],
    ['http://localhost:4410/', undefined, undefined, true, { kind: 'none' }],
    ['http://[::1]:4410', undefined, undefined, false, { kind: 'none' }],
    [
      'https://abc123.execute-api.eu-west-1.amazonaws.com',
      undefined,
      undefined,
      false,
      { kind: 'iam', region: 'eu-west-1' },
    ],
    [
      'https://abc123.execute-api.cn-north-1.amazonaws.com.cn/prod/',
      undefined,
      undefined,
      false,
      { kind: 'iam', region: 'cn-north-1' },
    ],
    ['https://abc123.execute-api.eu-west-1.amazonaws.com', undefined, undefined, true, { kind: 'jwt' }],
    [
      'https://abc123.execute-api.eu-west-1.amazonaws.com',
      'iam',
      undefined,
      true,
      { kind: 'iam', region: 'eu-west-1' },
    ],
    ['https://copies.example.com', 'iam', 'us-east-2', false, { kind: 'iam', region: 'us-east-2' }],
    ['https://copies.example.com', undefined, undefined, true, { kind: 'jwt' }],
    ['http://copies.example.com', 'none', undefined, true, { kind: 'none' }],
  ] as const)('%s with auth %s, region %s, token %s is asked so', (endpoint, auth, region, hasToken, expected) => {
    const { url, auth: chosen } = read(endpoint, auth, region, hasToken);
    expect(chosen).toEqual(expected);
    expect(url).toBe(endpoint.replace(/\/$/, ''));
  });

  it.each([
    ['copies.example.com', undefined, undefined, false, /give an address like/],
    ['ftp://127.0.0.1', undefined, undefined, false, /give an address like/],
    ['https://user:pw@copies.example.com', 'none', undefined, false, /without a user, a query or a fragment/],
    ['https://copies.example.com/?a=b', 'none', undefined, false, /without a user, a query or a fragment/],
    ['https://copies.example.com', undefined, undefined, false, /does not tell how it wants to be asked/],
    ['https://copies.example.com', 'iam', undefined, false, /does not tell its AWS region.*--region/],
    ['https://copies.example.com', 'jwt', undefined, false, /set OBJECTFERRY_TOKEN/],
    ['https://copies.example.com', 'basic', undefined, false, /give iam, jwt or none/],
    ['http://copies.example.com', 'jwt', undefined, true, /use https/],
    ['http://abc.execute-api.eu-west-1.amazonaws.com', undefined, undefined, false, /use https/],
    // Names that only look like loopback, or like API Gateway.
    ['http://127.0.0.1.example.com', undefined, undefined, true, /use https/],
    ['http://localhost.example.com', 'iam', 'us-east-1', false, /use https/],
    ['https://a.execute-api.eu-west-1.amazonaws.com.example.com', undefined, undefined, false, /does not tell how/],
  ] as const)('%s with auth %s, region %s, token %s is refused', (endpoint, auth, region, hasToken, sentence) => {
    expect(() => read(endpoint, auth, region, hasToken)).toThrow(sentence);
  });
});
