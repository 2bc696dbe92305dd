import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { demoObsAccount, type ObsEmulator, startObsEmulator } from '#test/emulators/obs/emulator.ts';
import { codeOf, outcome, type Scheme, send, world } from './obs-client.ts';
import { pick, sendRaw } from './oss-client.ts';

interface Vector {
  readonly id: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly authorization: string;
  readonly securityToken?: string;
}

interface VectorFile {
  readonly vectors: readonly Vector[];
}

function isVectorFile(value: unknown): value is VectorFile {
  return typeof value === 'object' && value !== null && 'vectors' in value;
}

const file: unknown = JSON.parse(readFileSync(new URL('../../vectors/obs-signing.json', import.meta.url), 'utf8'));
if (!isVectorFile(file)) {
  throw new Error('obs-signing.json is not what it should be');
}
const { vectors } = file;
const now = new Date('2024-03-05T06:07:08Z');
const schemes: readonly Scheme[] = ['OBS', 'AWS', 'AWS4'];
const refusals = [
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'InvalidAccessKeyId',
  'InvalidToken',
  'AccessDenied',
  'AuthorizationHeaderMalformed',
];

function start({ accessKeyId, secretAccessKey, securityToken }: Vector): Promise<ObsEmulator> {
  const token = securityToken === undefined ? {} : { sessionToken: securityToken };
  return startObsEmulator({
    clock: () => now,
    accounts: [{ accessKeyId, secretAccessKey, ...token }],
    buckets: ['dst-bucket', 'src-bucket'],
  });
}

/** Sends a vector as it was recorded: the target behind scheme and host goes out untouched. */
function replay(emulator: ObsEmulator, vector: Vector, change: Partial<Vector> = {}) {
  const { method, url, headers, authorization, body } = { ...vector, ...change };
  const [, target = ''] = /^https:\/\/[^/]+(.*)$/.exec(url) ?? [];
  return sendRaw(emulator.endpoint, method, target, { ...headers, authorization }, body);
}

describe('OBS-13 signatures', () => {
  it.each(vectors)('accepts $id and refuses it when a byte has changed', async (vector) => {
    await using emulator = await start(vector);
    const accepted = await replay(emulator, vector);
    expect(refusals).not.toContain(codeOf(accepted));
    expect([200, 404]).toContain(accepted.status);

    const flipped = vector.authorization.replace(/([A-Za-z0-9])(=*)$/, (_, last: string, rest: string) =>
      last === 'a' ? `b${rest}` : `a${rest}`,
    );
    expect(outcome(await replay(emulator, vector, { authorization: flipped }))).toEqual([403, 'SignatureDoesNotMatch']);
    const added = vector.id.startsWith('obs-native') ? 'x-obs-meta-added' : 'x-amz-meta-added';
    const changed = await replay(emulator, vector, { headers: { ...vector.headers, [added]: '1' } });
    expect(outcome(changed)).toEqual([403, vector.id.includes('amz-v4') ? 'AccessDenied' : 'SignatureDoesNotMatch']);
  });

  it('has vectors of all three', () => {
    const kinds = new Set(vectors.map(({ id }) => id.split('/')[0]));
    expect([...kinds].sort()).toEqual(['obs-amz-v2', 'obs-amz-v4', 'obs-native-v2']);
  });
});

describe.each(schemes)('%s requests', (scheme) => {
  it('are accepted in both styles, with odd keys, as long as nothing is changed', async () => {
    await using emulator = await world();
    for (const style of ['path', 'virtual'] as const) {
      for (const path of ['/a%20b/c%2Bd', '/dot/../seg/./x', '//lead', '/%E6%95%B0%28%29']) {
        const put = await send(emulator, { method: 'PUT', bucket: 'raw', path, body: 'x', scheme, style });
        expect(put.status).toBe(200);
      }
    }
    const keys = emulator.model.listVersions('raw').map(({ key }) => key);
    expect(keys).toEqual(['/lead', 'a b/c+d', 'dot/../seg/./x', 's', '数()']);
    const put = { method: 'PUT', bucket: 'raw', path: '/k', body: 'x', scheme, own: { 'meta-a': '1' } };
    const prefix = scheme === 'OBS' ? 'x-obs-' : 'x-amz-';
    expect(codeOf(await send(emulator, { ...put, tamper: { [`${prefix}meta-a`]: '2' } }))).toBe(
      'SignatureDoesNotMatch',
    );
  });

  it('are refused for a wrong secret, an unknown key, and a clock that is off', async () => {
    await using emulator = await world();
    const ask = { bucket: 'raw', path: '/s', scheme };
    const wrong = await send(emulator, { ...ask, secretAccessKey: 'wrong' });
    expect(outcome(wrong)).toEqual([403, 'SignatureDoesNotMatch']);
    expect(pick(wrong, 'StringToSign')).not.toBe('');
    expect(outcome(await send(emulator, { ...ask, method: 'HEAD', secretAccessKey: 'wrong' }))).toEqual([
      403,
      'SignatureDoesNotMatch',
    ]);
    expect(outcome(await send(emulator, { ...ask, accessKeyId: 'NOBODY' }))).toEqual([403, 'InvalidAccessKeyId']);
    for (const minutes of [-16, 16]) {
      const date = new Date(Date.now() + minutes * 60_000);
      expect(outcome(await send(emulator, { ...ask, date }))).toEqual([403, 'RequestTimeTooSkewed']);
    }
    expect((await send(emulator, { ...ask, date: new Date(Date.now() + 14 * 60_000) })).status).toBe(200);
  });

  it('OBS-9 need the token of temporary credentials, signed and valid', async () => {
    const account = { ...demoObsAccount, sessionToken: 'token/+=' };
    await using emulator = await world({ accounts: [account] });
    const ask = { bucket: 'raw', path: '/s', scheme };
    expect(outcome(await send(emulator, ask))).toEqual([400, 'InvalidToken']);
    expect((await send(emulator, { ...ask, own: { 'security-token': 'token/+=' } })).status).toBe(200);
    const prefix = scheme === 'OBS' ? 'x-obs-' : 'x-amz-';
    const smuggled = await send(emulator, { ...ask, tamper: { [`${prefix}security-token`]: 'token/+=' } });
    expect(smuggled.status).toBe(403);
    await using late = await world({ accounts: [{ ...account, tokenExpiresAt: new Date(0) }] });
    expect(outcome(await send(late, { ...ask, own: { 'security-token': 'token/+=' } }))).toEqual([400, 'ExpiredToken']);
  });
});

describe('OBS signatures', () => {
  it('lock a key out after too many wrong ones, and only for a while', async () => {
    let time = new Date('2026-01-01T00:00:00Z');
    await using emulator = await world({ clock: () => time, quirks: { wrongSignatures: { most: 3, lockMs: 60_000 } } });
    const ask = { bucket: 'raw', path: '/s' };
    for (let i = 0; i < 3; i += 1) {
      expect(codeOf(await send(emulator, { ...ask, secretAccessKey: 'wrong' }))).toBe('SignatureDoesNotMatch');
    }
    expect(outcome(await send(emulator, ask))).toEqual([400, 'TooManyWrongSignature']);
    time = new Date(time.getTime() + 60_000);
    expect((await send(emulator, ask)).status).toBe(200);
  });

  it('do not go with the headers of the other family', async () => {
    await using emulator = await world();
    const put = { method: 'PUT', bucket: 'raw', path: '/k', body: 'x' };
    const mixed = await send(emulator, { ...put, headers: { 'x-amz-meta-a': '1' }, own: { 'meta-b': '2' } });
    expect(outcome(mixed)).toEqual([400, 'InvalidArgument']);
    expect(outcome(await send(emulator, { ...put, scheme: 'AWS', headers: { 'x-obs-meta-a': '1' } }))).toEqual([
      400,
      'InvalidArgument',
    ]);
  });

  it('name the region in version 4, cover the body where they say so, and are needed', async () => {
    await using emulator = await world();
    const put = { method: 'PUT', bucket: 'raw', path: '/k', body: 'x', scheme: 'AWS4' } as const;
    const elsewhere = await send(emulator, { ...put, region: 'eu-de' });
    expect(outcome(elsewhere)).toEqual([400, 'AuthorizationHeaderMalformed']);
    expect(pick(elsewhere, 'Region')).toBe('cn-north-4');
    const declared = await send(emulator, { ...put, headers: { 'x-amz-content-sha256': '0'.repeat(64) } });
    expect(outcome(declared)).toEqual([400, 'XAmzContentSHA256Mismatch']);
    expect(outcome(await sendRaw(emulator.endpoint, 'GET', '/raw/s', { host: 'localhost' }))).toEqual([
      403,
      'AccessDenied',
    ]);
  });

  it('may stand in the URL until it expires', async () => {
    await using emulator = await world();
    const { accessKeyId, secretAccessKey } = demoObsAccount;
    for (const [ahead, status] of [
      [60, 200],
      [-60, 403],
    ] as const) {
      const expires = Math.floor(Date.now() / 1000) + ahead;
      const text = `GET\n\n\n${expires}\n/raw/s`;
      const signature = encodeURIComponent(createHmac('sha1', secretAccessKey).update(text).digest('base64'));
      for (const name of ['AccessKeyId', 'AWSAccessKeyId']) {
        const target = `/raw/s?${name}=${accessKeyId}&Expires=${expires}&Signature=${signature}`;
        expect((await sendRaw(emulator.endpoint, 'GET', target, { host: '127.0.0.1' })).status).toBe(status);
      }
    }
  });

  it('find the bucket in hosts with dots and in domains of its own, and refuse names that cannot be', async () => {
    await using emulator = await world({ buckets: ['raw', 'a.b.c', 'files.example.com'] });
    for (const [bucket, host] of [
      ['a.b.c', 'a.b.c.localhost'],
      ['a.b.c', 'a.b.c.obs.cn-north-4.myhuaweicloud.com'],
      ['files.example.com', 'files.example.com'],
    ] as const) {
      emulator.model.putObject(bucket, 'k', Buffer.from(bucket));
      const reply = await send(emulator, { bucket, path: '/k', style: 'virtual', headers: { host } });
      expect([reply.status, reply.text]).toEqual([200, bucket]);
    }
    expect(outcome(await send(emulator, { bucket: 'UPPER', path: '/k' }))).toEqual([400, 'InvalidBucketName']);
    const long = await send(emulator, { bucket: 'raw', path: `/${'k'.repeat(1025)}` });
    expect(outcome(long)).toEqual([400, 'KeyTooLongError']);
  });

  it('can be asked for by virtual host only', async () => {
    await using emulator = await world({ quirks: { pathStyle: 'refused' } });
    const head = await send(emulator, { method: 'HEAD', bucket: 'raw', path: '/s' });
    expect(outcome(head)).toEqual([403, 'VirtualHostDomainRequired']);
    expect((await send(emulator, { bucket: 'raw', path: '/s', style: 'virtual' })).status).toBe(200);
  });
});
