import { readFileSync } from 'node:fs';
import { AwsClient } from 'aws4fetch';
import { describe, expect, it } from 'vitest';
import { type S3Emulator, startS3Emulator } from '#test/emulators/s3/emulator.ts';
import { sendRaw } from './oss-client.ts';
import { amzTime, hmac, pick, send, sha256, signed, signingKey, verdict, world } from './s3-client.ts';

interface Vector {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: string;
}

function isVectorFile(value: unknown): value is { readonly vectors: readonly Vector[] } {
  return typeof value === 'object' && value !== null && 'vectors' in value;
}

const file: unknown = JSON.parse(readFileSync(new URL('../../vectors/s3-signing.json', import.meta.url), 'utf8'));
const vectors = isVectorFile(file) ? file.vectors : [];
// Every vector is signed with these made-up keys.
const accessKeyId = 'AKIAEXAMPLES3KEY0001';
const secretAccessKey = 'EXAMPLE/s3Secret+Key0000000000000000001';
const now = new Date('2024-03-05T06:07:08Z');
const aboutSignatures = [
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'AuthorizationHeaderMalformed',
  'InvalidAccessKeyId',
  'InvalidToken',
  'AccessDenied',
];

function start(token?: string): Promise<S3Emulator> {
  return startS3Emulator({
    region: 'eu-west-1',
    clock: () => now,
    accounts: [{ accessKeyId, secretAccessKey, ...(token === undefined ? {} : { sessionToken: token }) }],
    buckets: ['dst-bucket', 'src-bucket'],
  });
}

/** Sends a vector as it was recorded: the target behind scheme and host goes out untouched. */
async function replay(vector: Vector) {
  await using emulator = await start(vector.headers['x-amz-security-token']);
  const [, target = ''] = /^https:\/\/[^/]+(.*)$/.exec(vector.url) ?? [];
  // The bodies are not recorded, only their lengths, which are signed.
  const body = Buffer.alloc(Number(vector.headers['content-length'] ?? 0));
  const headers = { ...vector.headers, authorization: vector.authorization };
  const reply = await sendRaw(emulator.endpoint, vector.method, target, headers, body);
  return { status: reply.status, code: pick(reply, 'Code'), method: vector.method };
}

describe('S3-1 signatures', () => {
  it('has vectors to go by', () => expect(vectors.length).toBe(32));

  it.each(vectors)('accepts $id and refuses it when a byte has changed', async (vector) => {
    const { status, code, method } = await replay(vector);
    expect(aboutSignatures).not.toContain(code);
    expect(status).not.toBe(403);
    const changed = await replay({ ...vector, url: vector.url.replace(/([^/?])(\?|$)/, '$1x$2') });
    expect(changed.status).toBe(403);
    expect(changed.code).toBe(method === 'HEAD' ? '' : 'SignatureDoesNotMatch');
  });

  it('refuses a changed header, an unsigned one, a wrong secret and an unknown key', async () => {
    await using emulator = await world();
    const ask = { bucket: 'raw', path: '/s', headers: { range: 'bytes=0-3', 'x-amz-meta-a': 'b' } };
    expect((await send(emulator, ask)).status).toBe(206);
    const changed = await send(emulator, { ...ask, tamper: { range: 'bytes=0-4' } });
    expect(verdict(changed)).toEqual([403, 'SignatureDoesNotMatch']);
    expect(pick(changed, 'StringToSign')).toContain('AWS4-HMAC-SHA256\n');
    const added = await send(emulator, { ...ask, tamper: { 'x-amz-meta-c': 'd' } });
    expect([...verdict(added), pick(added, 'HeadersNotSigned')]).toEqual([403, 'AccessDenied', 'x-amz-meta-c']);
    expect(verdict(await send(emulator, { ...ask, secretAccessKey: 'no' }))).toEqual([403, 'SignatureDoesNotMatch']);
    expect(verdict(await send(emulator, { ...ask, accessKeyId: 'no' }))).toEqual([403, 'InvalidAccessKeyId']);
  });

  it('names the region to a client that signs for another', async () => {
    await using emulator = await world();
    const reply = await send(emulator, { bucket: 'raw', path: '/s', region: 'eu-west-1' });
    expect([...verdict(reply), pick(reply, 'Region')]).toEqual([400, 'AuthorizationHeaderMalformed', 'us-east-1']);
  });

  it.each([-16, 16])('refuses a clock that is off by %i minutes', async (minutes) => {
    await using emulator = await world();
    const date = new Date(Date.now() + minutes * 60_000);
    const reply = await send(emulator, { bucket: 'raw', path: '/s', date });
    expect(verdict(reply)).toEqual([403, 'RequestTimeTooSkewed']);
  });

  it('refuses what is not signed at all, signed in version 2, or without a payload hash', async () => {
    await using emulator = await world();
    const bare = (headers: Record<string, string>) => sendRaw(emulator.endpoint, 'GET', '/raw/s', headers);
    expect(verdict(await bare({}))).toEqual([403, 'AccessDenied']);
    expect(verdict(await bare({ authorization: 'AWS a:b' }))).toEqual([400, 'InvalidRequest']);
    expect(verdict(await bare({ authorization: 'AWS4-HMAC-SHA256 x' }))).toEqual([400, 'InvalidRequest']);
  });

  it('takes temporary keys only with their token and only until they expire', async () => {
    const account = { accessKeyId: 'ASIA', secretAccessKey: 's' };
    await using emulator = await world({
      accounts: [
        { ...account, sessionToken: 'token' },
        { ...account, accessKeyId: 'OLD', sessionToken: 'token', tokenExpiresAt: new Date(Date.now() - 1) },
      ],
    });
    const ask = (id: string, token?: string) =>
      send(emulator, {
        bucket: 'raw',
        path: '/s',
        accessKeyId: id,
        headers: { range: 'bytes=0-0', ...(token === undefined ? {} : { 'x-amz-security-token': token }) },
      });
    expect((await ask('ASIA', 'token')).status).toBe(206);
    expect(verdict(await ask('ASIA', 'other'))).toEqual([400, 'InvalidToken']);
    expect(verdict(await ask('ASIA'))).toEqual([403, 'InvalidAccessKeyId']);
    expect(verdict(await ask('OLD', 'token'))).toEqual([400, 'ExpiredToken']);
  });

  it('verifies presigned URLs, made by aws4fetch, and their expiry', async () => {
    await using emulator = await world({}, 1000);
    const [account] = emulator.accounts;
    const aws = new AwsClient({
      ...account,
      accessKeyId: account?.accessKeyId ?? '',
      secretAccessKey: account?.secretAccessKey ?? '',
      service: 's3',
      region: 'us-east-1',
    });
    const presign = async (expires: number, date = new Date()) => {
      const url = `${emulator.endpoint}/raw/s?X-Amz-Expires=${expires}`;
      return (await aws.sign(url, { aws: { signQuery: true, datetime: amzTime(date) } })).url;
    };
    const get = (url: string) =>
      sendRaw(emulator.endpoint, 'GET', url.slice(emulator.endpoint.length), { host: new URL(url).host });
    const url = await presign(60);
    expect((await get(url)).status).toBe(200);
    expect(verdict(await get(url.replace('/raw/s?', '/raw/t?')))).toEqual([403, 'SignatureDoesNotMatch']);
    expect(verdict(await get(await presign(60, new Date(Date.now() - 61_000))))).toEqual([403, 'AccessDenied']);
    expect(verdict(await get(await presign(604_801)))).toEqual([400, 'AuthorizationQueryParametersError']);
  });
});

describe('payloads', () => {
  const put = { method: 'PUT', bucket: 'archive', path: '/k' };

  it('checks a digest, takes an unsigned body, and refuses anything else', async () => {
    await using emulator = await world();
    const hash = (value: string) => ({ 'x-amz-content-sha256': value });
    expect((await send(emulator, { ...put, body: 'abc' })).status).toBe(200);
    expect((await send(emulator, { ...put, body: 'abc', headers: hash('UNSIGNED-PAYLOAD') })).status).toBe(200);
    expect(verdict(await send(emulator, { ...put, body: 'abc', headers: hash(sha256('abd')) }))).toEqual([
      400,
      'XAmzContentSHA256Mismatch',
    ]);
    expect(verdict(await send(emulator, { ...put, headers: hash('nothing') }))).toEqual([400, 'InvalidArgument']);
  });

  /** Sends chunks, each signed over the one before it. */
  async function sendChunks(
    emulator: S3Emulator,
    chunks: readonly string[],
    trailer = '',
    spoil = (frame: string) => frame,
  ) {
    const date = new Date();
    const kind = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer === '' ? '' : '-TRAILER'}`;
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': kind,
      'x-amz-decoded-content-length': String(chunks.join('').length),
    };
    const { seed, ...wire } = signed(emulator, { ...put, headers, date });
    const time = amzTime(date);
    const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const key = signingKey(emulator.accounts[0]?.secretAccessKey ?? '', time.slice(0, 8), 'us-east-1');
    let previous = seed;
    const next = (name: string, ...rest: string[]) => {
      previous = hmac(key, [`AWS4-HMAC-SHA256-${name}`, time, scope, previous, ...rest].join('\n')).toString('hex');
      return previous;
    };
    const frames = [...chunks, ''].map((chunk) => {
      const head = `${chunk.length.toString(16)};chunk-signature=${next('PAYLOAD', sha256(''), sha256(chunk))}\r\n`;
      return chunk === '' ? head : `${head}${chunk}\r\n`;
    });
    const end =
      trailer === '' ? '' : `${trailer}\r\nx-amz-trailer-signature:${next('TRAILER', sha256(`${trailer}\n`))}\r\n`;
    const body = spoil(`${frames.join('')}${end}\r\n`);
    return sendRaw(
      emulator.endpoint,
      'PUT',
      wire.target,
      { ...wire.headers, 'content-length': String(body.length) },
      body,
    );
  }

  it('verifies and joins signed chunks', async () => {
    await using emulator = await world();
    expect((await sendChunks(emulator, ['hello ', 'world'])).status).toBe(200);
    const stored = emulator.model.getObject('archive', 'k');
    expect([stored?.content.toBuffer().toString(), stored?.contentHeaders['content-encoding']]).toEqual([
      'hello world',
      undefined,
    ]);
    const changed = await sendChunks(emulator, ['hello ', 'world'], '', (frame) => frame.replace('world', 'wOrld'));
    expect(verdict(changed)).toEqual([403, 'SignatureDoesNotMatch']);
    const cut = await sendChunks(emulator, ['hello ', 'world'], '', (frame) => frame.slice(0, -110));
    expect(verdict(cut)).toEqual([400, 'IncompleteBody']);
  });

  it('verifies a signed trailer and the checksum in it', async () => {
    await using emulator = await world();
    const crc = 'x-amz-checksum-crc32c:4waSgw==';
    expect((await sendChunks(emulator, ['1234', '56789'], crc)).headers['x-amz-checksum-crc32c']).toBe('4waSgw==');
    expect(verdict(await sendChunks(emulator, ['12345'], crc))).toEqual([400, 'BadDigest']);
    const changed = await sendChunks(emulator, ['123456789'], crc, (frame) => frame.replace('4waSgw', '4waSgx'));
    expect(verdict(changed)).toEqual([403, 'SignatureDoesNotMatch']);
  });
});
