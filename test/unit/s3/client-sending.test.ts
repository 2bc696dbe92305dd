import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import { signSigV4 } from '../../../shared/provider/xml/sigv4.ts';
import { credentials, NOW } from '../oss/canned-server.ts';
import { failure, KEY, object, PATH, plain } from '../oss/fixtures.ts';
import { cannedS3, s3Error } from './canned-s3.ts';
import { copyXml, customerKey, KEY_HEADERS, rich } from './fixtures.ts';

const s3 = cannedS3();
const mandatory = { 'content-length': '0', etag: '"0"', 'last-modified': NOW.toUTCString() };
const destination = { bucket: 'dst-bucket', key: 'd' };

describe('addressing, signing and the clock', () => {
  it('S3-1 puts the bucket into the path or in front of the host', async () => {
    s3.answer({ status: 204 }, { status: 204 });
    const path = s3.client({ addressing: 'path', endpoint: `http://127.0.0.1:${s3.port()}` });
    await path.deleteObject({ bucket: 'my.bucket', key: '/a//b' });
    await s3.client().deleteObject({ bucket: 'src-bucket', key: KEY });
    expect(s3.seen[0]?.line).toBe('DELETE /my.bucket//a//b');
    expect(s3.seen[0]?.headers['host']).toBe(`127.0.0.1:${s3.port()}`);
    expect(s3.seen[1]?.line).toBe(`DELETE ${PATH}`);
    expect(s3.seen[1]?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=LTAIid\/20240305\/eu-west-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
  });

  it('S3-1 signs exactly what goes over the wire', async () => {
    s3.answer({ body: copyXml('CopyObjectResult') });
    const metadata = { odd: '  two  blanks ', zh: '爱 丽丝' };
    const key = '/a/../b//%2F+ ~.bin';
    await s3.client().copyObject({
      source: { ...object, key },
      destination: { bucket: 'dst-bucket', key },
      object: { ...rich, metadata },
    });
    const { line = '', headers = {} } = s3.seen[0] ?? {};
    const [, names = '', signature] = /SignedHeaders=(.*), Signature=(.*)$/.exec(headers['authorization'] ?? '') ?? [];
    const onWire = Object.fromEntries(names.split(';').map((name) => [name, headers[name] ?? '']));
    // Everything but what HTTP itself needs is signed.
    const unsigned = Object.keys(headers).filter((name) => !(name in onWire));
    expect(unsigned.sort()).toEqual(['authorization', 'connection', 'content-length']);
    expect(line).toBe('PUT //a/../b//%252F%2B%20~.bin');
    const again = signSigV4(
      { method: 'PUT', path: line.split(' ')[1] ?? '', query: [], headers: onWire },
      credentials,
      { region: 'eu-west-1', now: NOW },
    );
    expect(again['authorization']).toContain(`Signature=${signature}`);
  });

  it('S3-1 sends and signs the session token', async () => {
    s3.answer({ status: 204 });
    const temporary = new Credentials({ accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 'tok+/=' });
    await s3.client({}, temporary).deleteObject(object);
    expect(s3.seen[0]?.headers).toMatchObject({
      'x-amz-security-token': 'tok+/=',
      authorization: expect.stringContaining('x-amz-date;x-amz-security-token, '),
    });
  });

  const later = { date: 'Tue, 05 Mar 2024 07:07:08 GMT' };

  it('learns the clock of S3 and keeps it', async () => {
    s3.answer({ status: 403, headers: later, body: s3Error('RequestTimeTooSkewed') }, { status: 204 }, { status: 204 });
    const client = s3.client();
    await client.deleteObject(object);
    await client.deleteObject(object);
    expect(s3.seen.map(({ headers }) => headers['x-amz-date'])).toEqual([
      '20240305T060708Z',
      '20240305T070708Z',
      '20240305T070708Z',
    ]);
  });

  it('learns the clock from a HEAD, which is refused without a word', async () => {
    s3.answer({ status: 403, headers: later }, { headers: mandatory }, { status: 403, headers: later });
    s3.answer({ status: 403, headers: later, body: s3Error('AccessDenied') });
    const client = s3.client();
    await client.head({ object });
    expect(await failure(client.head({ object }))).toMatchObject({ name: 'AccessDenied' });
    expect(s3.seen.map(({ headers }) => headers['x-amz-date'])).toEqual([
      '20240305T060708Z',
      '20240305T070708Z',
      '20240305T070708Z',
      '20240305T070708Z',
    ]);
    expect(s3.seen.map(({ line }) => line.split(' ')[0])).toEqual(['HEAD', 'HEAD', 'HEAD', 'GET']);
  });

  it.each([
    [403, 'SignatureDoesNotMatch', 'Unauthenticated', 'does not accept the credentials or the signature'],
    [403, 'InvalidAccessKeyId', 'Unauthenticated', 'does not accept the credentials or the signature'],
    [403, 'AccessDenied', 'AccessDenied', 'S3 denies access to'],
    [400, 'ExpiredToken', 'Unauthenticated', 'does not accept the credentials'],
    [400, 'AuthorizationHeaderMalformed', 'InvalidConfig', "correct the store's region and endpoint"],
    [400, 'InvalidRequest', 'InvalidRequest', 'The correct parameters must be provided'],
  ])('a HEAD refused with a bare %i is explained by %s of a GET', async (status, code, name, sentence) => {
    const message = 'The correct parameters must be provided to retrieve the object.';
    s3.answer({ status }, { status, body: s3Error(code, message, '<Region>us-east-2</Region>') });
    const error = await failure(s3.client().head({ object, customerKey }));
    expect(error).toMatchObject({ name, facts: { status, code } });
    expect(error.message).toContain(sentence);
    expect(s3.seen).toHaveLength(2);
    expect(s3.seen[1]?.line).toMatch(/^GET /);
    expect(s3.seen[1]?.headers).toMatchObject({ range: 'bytes=0-0', ...KEY_HEADERS });
  });

  it.each([
    ['that says no more', { status: 403 }],
    ['that is not refused', { status: 206, headers: { 'content-range': 'bytes 0-0/1' }, body: 'x' }],
    ['that fails', { status: 500, body: s3Error('InternalError') }],
  ])('a HEAD refused with a bare 403 names both causes after a GET %s', async (_, answer) => {
    s3.answer({ status: 403 }, answer);
    const error = await failure(s3.client().head({ object }));
    expect(error.name).toBe('AccessDenied');
    expect(error.message).toContain('or the secret key is wrong: it gives no reason');
  });

  it.each([404, 500, 412])('a HEAD answered by %i is not asked about', async (status) => {
    s3.answer({ status });
    await failure(s3.client().head({ object }));
    expect(s3.seen).toHaveLength(1);
  });

  it('a weak ETag, as a proxy makes one, is compared and sent as the strong one', async () => {
    s3.answer({ headers: { ...mandatory, etag: 'W/"e"' } }, { body: copyXml('CopyObjectResult') });
    const client = s3.client();
    await client.head({ object, conditions: { ifMatch: 'W/"e"', ifNoneMatch: 'W/"f"' } });
    const conditions = { ifMatch: 'W/"e"', ifNoneMatch: '*' };
    await client.copyObject({ source: object, destination, object: plain, conditions });
    expect(s3.seen[0]?.headers).toMatchObject({ 'if-match': '"e"', 'if-none-match': '"f"' });
    expect(s3.seen[1]?.headers).toMatchObject({
      'x-amz-copy-source-if-match': '"e"',
      'x-amz-copy-source-if-none-match': '*',
    });
  });

  it('S3-1 sends a refused signature once', async () => {
    s3.answer({ status: 403, body: s3Error('SignatureDoesNotMatch') });
    expect(await failure(s3.client().deleteObject(object))).toMatchObject({ name: 'Unauthenticated' });
    expect(s3.seen).toHaveLength(1);
  });

  it.each<[string, Partial<typeof rich>, object]>([
    ['tags', { tags: { a: '1' } }, { tags: false }],
    ['acl', { acl: 'private' }, { acl: false }],
    ['storageClasses', { storageClass: 'STANDARD_IA' }, { storageClasses: false }],
    ['checksums', { checksum: 'crc32' }, { checksums: false }],
  ])('refuses what quirks.%s rules out', async (name, more, quirks) => {
    const call = s3.client({ quirks }).copyObject({ source: object, destination, object: { ...plain, ...more } });
    expect(await failure(call)).toMatchObject({
      name: 'Unsupported',
      message: expect.stringContaining(`quirks.${name}: false`),
    });
    expect(s3.seen).toHaveLength(0);
  });

  it('refuses a checksum that S3 does not compute, and metadata that cannot be sent', async () => {
    const copy = (more: Partial<typeof rich>) =>
      failure(s3.client().copyObject({ source: object, destination, object: { ...plain, ...more } }));
    expect(await copy({ checksum: 'crc64ecma' })).toMatchObject({ name: 'Unsupported' });
    expect(await copy({ metadata: { a: 'x\r\ny: z' } })).toMatchObject({ name: 'InvalidRequest' });
    expect(await copy({ metadata: { a: '1', A: '2' } })).toMatchObject({ name: 'InvalidRequest' });
    expect(s3.seen).toHaveLength(0);
  });
});
