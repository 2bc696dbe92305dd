import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type QingstorEmulator, startQingstorEmulator } from '#test/emulators/qingstor/emulator.ts';
import { encodeKey, sendRaw } from './oss-client.ts';
import { refusalOf, send, signature } from './qingstor-client.ts';

interface Vector {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A published example of the Go SDK: a string to sign and what comes of it. */
interface Crosscheck {
  readonly name: string;
  readonly inputs: { readonly secretAccessKey: string; readonly stringToSign: string };
  readonly expected: string;
}

interface VectorFile {
  readonly vectors: readonly Vector[];
  readonly crosschecks: readonly Crosscheck[];
}

function isVectorFile(value: unknown): value is VectorFile {
  return typeof value === 'object' && value !== null && 'vectors' in value && 'crosschecks' in value;
}

const file: unknown = JSON.parse(readFileSync(new URL('../../vectors/qingstor-signing.json', import.meta.url), 'utf8'));
if (!isVectorFile(file)) {
  throw new Error('qingstor-signing.json is not what it should be');
}
const { vectors, crosschecks } = file;
const now = new Date('2024-03-05T06:07:08Z');
const refusals = ['signature_not_matched', 'request_expired', 'invalid_access_key_id', 'permission_denied'];
const accessKeyId = 'QYEXAMPLEACCESSKEYID';
const secretAccessKey = 'EXAMPLEqingstorSecretKey000000000000000001';

function start(account = { accessKeyId, secretAccessKey }): Promise<QingstorEmulator> {
  return startQingstorEmulator({ clock: () => now, accounts: [account], buckets: ['dst-bucket', 'src-bucket'] });
}

/** Sends a vector as it was recorded: the target behind scheme and host goes out untouched. */
function replay(emulator: QingstorEmulator, vector: Vector, change: Partial<Vector> = {}) {
  const { method, url, headers, authorization } = { ...vector, ...change };
  const [, host = '', target = ''] = /^https:\/\/([^/?]+)(.*)$/.exec(url) ?? [];
  return sendRaw(emulator.endpoint, method, target.startsWith('/') ? target : `/${target}`, {
    ...headers,
    host,
    authorization,
  });
}

describe('QS-9 signatures', () => {
  it.each(vectors)('QS-9 accepts $id and refuses it when a byte has changed', async (vector) => {
    await using emulator = await start(vector);
    const accepted = await replay(emulator, vector);
    expect([200, 204, 400, 404]).toContain(accepted.status);
    expect(refusals).not.toContain(refusalOf(accepted)[1]);

    const other = vector.authorization.at(-3) === 'A' ? 'B' : 'A';
    const authorization = `${vector.authorization.slice(0, -3)}${other}${vector.authorization.slice(-2)}`;
    for (const change of [
      { authorization },
      { headers: { ...vector.headers, 'x-qs-meta-added': '1' } },
      { headers: { ...vector.headers, 'content-type': 'text/changed' } },
      { url: vector.url.replace(/(object|a20b|\.bin|\.mp4|\.txt|\.mov|uploads)/, 'acl$1') },
    ]) {
      const broken = await replay(emulator, vector, change);
      expect(broken.status).toBe(401);
      expect(broken.text).toContain(vector.method === 'HEAD' ? '' : 'signature_not_matched');
    }
  });

  it.each(crosschecks)('QS-9 accepts the published $name', async ({ inputs, expected }) => {
    // The recorded string is taken apart into the request that it stands for.
    const [method = '', , , dateLine = '', ...rest] = inputs.stringToSign.split('\n');
    const headers = new Map(rest.slice(0, -1).map((line) => [line.split(':')[0] ?? '', line.replace(/^[^:]*:/, '')]));
    if (dateLine !== '') {
      headers.set('date', dateLine);
    }
    const clock = () => new Date(headers.get('x-qs-date') ?? dateLine);
    await using emulator = await startQingstorEmulator({
      clock,
      accounts: [{ accessKeyId: 'ENV_ACCESS_KEY_ID', secretAccessKey: inputs.secretAccessKey }],
    });
    const { host } = new URL(emulator.endpoint);
    const ask = (authorization: string) =>
      sendRaw(emulator.endpoint, method, rest.at(-1) ?? '', { ...Object.fromEntries(headers), host, authorization });
    expect([404, 405]).toContain((await ask(expected)).status);
    expect((await ask(expected.replace(/.{4}$/, 'AAA='))).status).toBe(401);
  });

  it('QS-9 has all vectors, of both styles', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(20);
    expect(vectors.filter(({ id }) => id.endsWith('/vhost')).length).toBeGreaterThan(8);
  });

  it('QS-9 refuses a wrong secret, an unknown key, no signature, and a scheme it does not know', async () => {
    await using emulator = await start();
    const ask = { bucket: 'dst-bucket', path: '/k' };
    const { host } = new URL(emulator.endpoint);
    expect(refusalOf(await send(emulator, { ...ask, secretAccessKey: 'wrong' }))).toEqual([
      401,
      'signature_not_matched',
    ]);
    expect(refusalOf(await send(emulator, { ...ask, accessKeyId: 'nobody' }))).toEqual([401, 'invalid_access_key_id']);
    expect(refusalOf(await sendRaw(emulator.endpoint, 'GET', '/dst-bucket/k', { host }))).toEqual([
      403,
      'permission_denied',
    ]);
    const strange = { host, authorization: 'Basic eA==' };
    expect(refusalOf(await sendRaw(emulator.endpoint, 'GET', '/dst-bucket/k', strange))).toEqual([
      400,
      'invalid_argument',
    ]);
  });

  it('QS-9 shows no secret in the refusal of a wrong signature', async () => {
    await using emulator = await start();
    const reply = await send(emulator, { bucket: 'dst-bucket', path: '/k', secretAccessKey: 'wrong' });
    expect(reply.text).not.toContain(secretAccessKey);
  });

  it.each([-16, 16])('QS-9 refuses a clock that is %i minutes off', async (minutes) => {
    await using emulator = await start();
    const date = new Date(now.getTime() + minutes * 60_000);
    const reply = await send(emulator, { bucket: 'dst-bucket', path: '/k', date });
    expect(refusalOf(reply)).toEqual([403, 'request_expired']);
    const near = new Date(now.getTime() + Math.sign(minutes) * 14 * 60_000);
    expect((await send(emulator, { bucket: 'dst-bucket', path: '/k', date: near })).status).toBe(404);
  });

  it('QS-9 takes the Date header where x-qs-date is missing, and refuses a request without a readable date', async () => {
    await using emulator = await start();
    const { host } = new URL(emulator.endpoint);
    const ask = { bucket: 'dst-bucket', path: '/k' };
    const withDate = (date: string) =>
      sendRaw(emulator.endpoint, 'GET', '/dst-bucket/k', {
        host,
        date,
        authorization: `QS ${accessKeyId}:${signature(secretAccessKey, ask, {}, date)}`,
      });
    expect(refusalOf(await withDate(now.toUTCString()))).toEqual([404, 'object_not_exists']);
    expect(refusalOf(await withDate('yesterday'))).toEqual([403, 'request_expired']);
  });

  it('QS-9 opens a signed URL until it expires', async () => {
    await using emulator = await start();
    emulator.model.putObject('dst-bucket', 'a b', Buffer.from('content'));
    const open = (seconds: number, key = 'a b') => {
      const expires = String(now.getTime() / 1000 + seconds);
      const ask = { bucket: 'dst-bucket', path: '/a%20b' };
      const given = encodeURIComponent(signature(secretAccessKey, ask, {}, expires));
      const query = `access_key_id=${accessKeyId}&expires=${expires}&signature=${given}`;
      return fetch(`${emulator.endpoint}/dst-bucket/${encodeKey(key)}?${query}`);
    };
    expect(await (await open(60)).text()).toBe('content');
    expect((await open(-1)).status).toBe(403);
    expect((await open(60, 'other')).status).toBe(401);
  });

  it('QS-9 signs the path as sent: keys with dots, double slashes and either spelling of a slash', async () => {
    await using emulator = await start();
    for (const [path, key] of [
      ['/dot/../seg/./x.bin', 'dot/../seg/./x.bin'],
      ['/dir//double///slash.bin', 'dir//double///slash.bin'],
      ['/a%2Fb', 'a/b'],
      ['/%e6%95%b0', '数'],
      ["/paren(1)*star's!", "paren(1)*star's!"],
    ] as const) {
      for (const style of ['path', 'virtual', 'zone'] as const) {
        const reply = await send(emulator, { method: 'PUT', bucket: 'dst-bucket', path, style, body: style });
        expect([reply.status, path]).toEqual([201, path]);
        expect(emulator.model.getObject('dst-bucket', key)?.content.toBuffer().toString()).toBe(style);
      }
    }
  });

  it('QS-9 finds the bucket in the host, in three forms', async () => {
    await using emulator = await start();
    for (const style of ['path', 'virtual', 'zone'] as const) {
      const reply = await send(emulator, { bucket: 'dst-bucket', path: '/?uploads&prefix=p', style });
      expect([style, reply.status]).toEqual([style, 200]);
    }
  });
});
