import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type OssEmulator, startOssEmulator } from '#test/emulators/oss/emulator.ts';
import { codeOf, pick, send, sendRaw } from './oss-client.ts';

interface Vector {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly securityToken?: string;
}

interface VectorFile {
  readonly vectors: readonly Vector[];
}

function isVectorFile(value: unknown): value is VectorFile {
  return typeof value === 'object' && value !== null && 'vectors' in value;
}

const file: unknown = JSON.parse(readFileSync(new URL('../../vectors/oss-signing.json', import.meta.url), 'utf8'));
if (!isVectorFile(file)) {
  throw new Error('oss-signing.json is not what it should be');
}
const { vectors } = file;
// Every vector is signed with these made-up keys.
const accessKeyId = 'LTAI5tEXAMPLEakid0001';
const secretAccessKey = 'EXAMPLEossSecret/Key+0001';
const now = new Date('2024-03-05T06:07:08Z');
const refusals = [
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'InvalidArgument',
  'InvalidSecurityToken',
  'AccessDenied',
];

function start(vector?: Pick<Vector, 'securityToken'>): Promise<OssEmulator> {
  const token = vector?.securityToken;
  return startOssEmulator({
    clock: () => now,
    accounts: [{ accessKeyId, secretAccessKey, ...(token === undefined ? {} : { sessionToken: token }) }],
    buckets: ['dst-bucket', 'src-bucket'],
  });
}

/** Sends a vector as it was recorded: the target behind scheme and host goes out untouched. */
function replay(emulator: OssEmulator, vector: Vector, change: Partial<Vector> = {}) {
  const { method, url, headers, authorization } = { ...vector, ...change };
  const [, host = '', target = ''] = /^https:\/\/([^/]+)(.*)$/.exec(url) ?? [];
  // The recorded length belongs to a body that is not recorded; it is not signed.
  const { 'Content-Length': _length, ...sent } = headers;
  return sendRaw(emulator.endpoint, method, target, { ...sent, host, authorization });
}

describe('OSS-21 signatures', () => {
  it.each(vectors)('accepts $id and refuses it when a byte has changed', async (vector) => {
    await using emulator = await start(vector);
    const accepted = await replay(emulator, vector);
    expect(refusals.filter((code) => code !== 'InvalidArgument')).not.toContain(codeOf(accepted));
    expect(emulator.faults.log).toEqual([]);

    const signature = vector.authorization.at(-1) === 'A' ? 'B' : 'A';
    const broken = await replay(emulator, vector, { authorization: vector.authorization.slice(0, -1) + signature });
    expect(broken.status).toBe(403);
    expect(codeOf(broken)).toBe('SignatureDoesNotMatch');
    const headers = { ...vector.headers, 'x-oss-meta-added': '1' };
    expect(codeOf(await replay(emulator, vector, { headers }))).toBe('SignatureDoesNotMatch');
  });

  it('has all vectors of both schemes', () => {
    expect(vectors.filter(({ id }) => id.startsWith('oss-v1')).length).toBeGreaterThan(15);
    expect(vectors.filter(({ id }) => id.startsWith('oss-v4')).length).toBeGreaterThan(15);
  });

  it('answers a wrong secret with what it calculated from', async () => {
    await using emulator = await start();
    const reply = await send(emulator, { bucket: 'dst-bucket', path: '/k', secretAccessKey: 'wrong' });
    expect(reply.status).toBe(403);
    expect(codeOf(reply)).toBe('SignatureDoesNotMatch');
    expect(pick(reply, 'OSSAccessKeyId')).toBe(accessKeyId);
    expect(pick(reply, 'SignatureProvided')).toMatch(/^[0-9a-f]{64}$/);
    expect(pick(reply, 'StringToSign')).toContain('OSS4-HMAC-SHA256');
    expect(reply.headers['x-oss-ec']).toBe('0002-00000040');
    expect(reply.headers['x-oss-request-id']).toMatch(/^[0-9A-F]{24}$/);
  });

  it('refuses an unknown key, no signature at all, and a scheme it does not know', async () => {
    await using emulator = await start();
    const { host } = new URL(emulator.endpoint);
    expect(codeOf(await send(emulator, { bucket: 'dst-bucket', path: '/k', accessKeyId: 'nobody' }))).toBe(
      'InvalidAccessKeyId',
    );
    const unsigned = await sendRaw(emulator.endpoint, 'GET', '/dst-bucket/k', { host });
    expect([unsigned.status, codeOf(unsigned)]).toEqual([403, 'AccessDenied']);
    const strange = await sendRaw(emulator.endpoint, 'GET', '/dst-bucket/k', { host, authorization: 'Basic eA==' });
    expect([strange.status, codeOf(strange)]).toEqual([400, 'InvalidArgument']);
  });

  it('refuses a signature for another region and names its own', async () => {
    await using emulator = await start();
    const reply = await send(emulator, { bucket: 'dst-bucket', path: '/k', region: 'cn-beijing' });
    expect([reply.status, codeOf(reply)]).toEqual([400, 'InvalidArgument']);
    expect(reply.text).toContain('region');
  });

  it.each([-16, 16])('refuses a clock that is %i minutes off, in both schemes', async (minutes) => {
    await using emulator = await start();
    const date = new Date(now.getTime() + minutes * 60_000);
    const v4 = await send(emulator, { bucket: 'dst-bucket', path: '/k', date });
    expect([v4.status, codeOf(v4)]).toEqual([403, 'RequestTimeTooSkewed']);
    const headers = { host: 'dst-bucket.localhost', date: date.toUTCString(), authorization: `OSS ${accessKeyId}:AA=` };
    expect(codeOf(await sendRaw(emulator.endpoint, 'GET', '/k', headers))).toBe('RequestTimeTooSkewed');
  });

  it('tolerates a clock that is 14 minutes off', async () => {
    await using emulator = await start();
    const date = new Date(now.getTime() - 14 * 60_000);
    expect(codeOf(await send(emulator, { bucket: 'dst-bucket', path: '/k', date }))).toBe('NoSuchKey');
  });

  it('refuses a header that changed on the way', async () => {
    await using emulator = await start();
    const reply = await send(emulator, {
      method: 'PUT',
      bucket: 'dst-bucket',
      path: '/k',
      headers: { 'x-oss-meta-a': '1' },
      tamper: { 'x-oss-meta-a': '2' },
    });
    expect(codeOf(reply)).toBe('SignatureDoesNotMatch');
  });

  it('asks temporary credentials for their own token until it expires', async () => {
    let time = now;
    await using emulator = await startOssEmulator({
      clock: () => time,
      accounts: [
        { accessKeyId, secretAccessKey, sessionToken: 'token', tokenExpiresAt: new Date(now.getTime() + 60_000) },
      ],
      buckets: ['dst-bucket'],
    });
    const ask = (token?: string) =>
      send(emulator, {
        bucket: 'dst-bucket',
        path: '/k',
        headers: token === undefined ? {} : { 'x-oss-security-token': token },
      });
    expect(codeOf(await ask('token'))).toBe('NoSuchKey');
    expect(codeOf(await ask('other'))).toBe('InvalidSecurityToken');
    expect(codeOf(await ask())).toBe('InvalidSecurityToken');
    time = new Date(now.getTime() + 61_000);
    expect(codeOf(await ask('token'))).toBe('SecurityTokenExpired');
  });

  it('refuses what the account was denied', async () => {
    await using emulator = await startOssEmulator({
      accounts: [{ accessKeyId, secretAccessKey, deniedActions: [{ action: 'oss:PutObject', bucket: 'dst-bucket' }] }],
      buckets: ['dst-bucket', 'src-bucket'],
    });
    const put = (bucket: string) => send(emulator, { method: 'PUT', bucket, path: '/k', body: 'x' });
    expect(codeOf(await put('dst-bucket'))).toBe('AccessDenied');
    expect((await put('src-bucket')).status).toBe(200);
  });
});
