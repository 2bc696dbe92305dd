import { describe, expect, it } from 'vitest';
import { failure } from '../oss/fixtures.ts';
import { cannedQingStor, errorJson } from './canned-qingstor.ts';
import {
  AT,
  CONDITION_HEADERS,
  COPY_SOURCE,
  conditions,
  DESTINATION_KEY_HEADERS,
  destinationKey,
  KEY,
  object,
  PATH,
  plain,
  RICH_HEADERS,
  rich,
  SOURCE_KEY_HEADERS,
  sourceKey,
} from './fixtures.ts';

const qingstor = cannedQingStor();
const destination = { bucket: 'dst-bucket', key: KEY };
const mandatory = { 'content-length': '44', etag: '"5b3c"', 'last-modified': AT.toUTCString() };

describe('objects', () => {
  it('QS-7 head reads everything, with the key of an encrypted object', async () => {
    qingstor.answer({
      headers: {
        ...mandatory,
        date: 'Tue, 05 Mar 2024 06:07:09 GMT',
        'x-qs-version-id': 'V+/=',
        'x-qs-storage-class': 'STANDARD_IA',
        'x-qs-encryption-customer-algorithm': 'AES256',
        'x-qs-meta-owner': 'alice',
        'content-type': 'video/mp4',
        'cache-control': 'no-cache',
      },
    });
    expect(await qingstor.client().head({ object, conditions, customerKey: destinationKey })).toEqual({
      size: 44,
      etag: '"5b3c"',
      lastModified: AT,
      versionId: 'V+/=',
      storageClass: 'STANDARD_IA',
      access: 'readable',
      type: 'normal',
      checksums: {},
      headers: {
        contentType: 'video/mp4',
        cacheControl: 'no-cache',
        contentDisposition: undefined,
        contentEncoding: undefined,
        contentLanguage: undefined,
        expires: undefined,
      },
      metadata: { owner: 'alice' },
      tagCount: undefined,
      encryption: { algorithm: 'AES256' },
      answeredAt: new Date('2024-03-05T06:07:09Z'),
    });
    expect(qingstor.seen[0]).toMatchObject({
      line: `HEAD ${PATH}?version_id=V%2B%2F%3D`,
      headers: {
        ...DESTINATION_KEY_HEADERS,
        'if-match': '"A"',
        'if-none-match': '"B"',
        'if-modified-since': AT.toUTCString(),
        'if-unmodified-since': AT.toUTCString(),
      },
    });
  });

  it('head tells an appendable object, and one without a version', async () => {
    qingstor.answer({ headers: { ...mandatory, 'x-qs-object-type': 'appendable' } });
    const facts = await qingstor.client().head({ object: { bucket: 'src-bucket', key: 'k' } });
    expect(facts).toMatchObject({ type: 'appendable', versionId: undefined, encryption: undefined });
    expect(qingstor.seen[0]?.line).toBe('HEAD /k');
  });

  it('head refuses an answer without an ETag', async () => {
    qingstor.answer({ headers: { 'content-length': '1', 'last-modified': AT.toUTCString() } });
    expect(await failure(qingstor.client().head({ object }))).toMatchObject({
      name: 'IncompleteAnswer',
      facts: { provider: 'qingstor', operation: 'HeadObject', status: 200 },
    });
  });

  it.each([
    [404, {}, 'SourceNotFound'],
    [404, { 'x-qs-delete-marker': 'true' }, 'SourceNotFound'],
    [405, {}, 'SourceNotFound'],
    [403, {}, 'AccessDenied'],
    [401, {}, 'Unauthenticated'],
    [412, {}, 'PreconditionFailed'],
    [304, {}, 'PreconditionFailed'],
    [503, {}, 'ProviderUnavailable'],
    [429, {}, 'Throttled'],
  ])('QS-8 head has no document, so %i %j is %s by its status', async (status, headers, name) => {
    qingstor.answer({ status, headers: { 'x-qs-request-id': 'ID', ...headers } });
    expect(await failure(qingstor.client().head({ object }))).toMatchObject({
      name,
      facts: { status, code: undefined, requestIds: ['ID'] },
    });
  });

  it('QS-7 getRange takes exactly the range', async () => {
    qingstor.answer(
      { status: 206, headers: { 'content-range': 'bytes 2-6/44' }, body: 'hello' },
      { status: 200, body: 'hello' },
      { status: 416, body: errorJson('invalid_range') },
    );
    const request = { object, range: { offset: 2, length: 5 }, ifMatch: '"A"', customerKey: destinationKey };
    const client = qingstor.client();
    expect(Buffer.from(await client.getRange(request)).toString()).toBe('hello');
    expect(qingstor.seen[0]).toMatchObject({
      line: `GET ${PATH}?version_id=V%2B%2F%3D`,
      headers: { range: 'bytes=2-6', 'if-match': '"A"', ...DESTINATION_KEY_HEADERS },
    });
    expect(await failure(client.getRange(request))).toMatchObject({ name: 'IncompleteAnswer' });
    expect(await failure(client.getRange(request))).toMatchObject({ name: 'SourceChanged' });
  });

  it('QS-1 QS-5 QS-7 copyObject sends everything and reads 201 without a body', async () => {
    qingstor.answer({
      status: 201,
      headers: {
        etag: '"E"',
        'x-qs-version-id': 'NEW',
        'x-qs-copy-source-version-id': 'V+/=',
        'x-qs-encryption-customer-algorithm': 'AES256',
      },
    });
    const written = await qingstor
      .client()
      .copyObject({ source: object, destination, object: rich, conditions, sourceKey });
    expect(written).toEqual({
      etag: '"E"',
      versionId: 'NEW',
      sourceVersionId: 'V+/=',
      checksums: {},
      encryption: { algorithm: 'AES256' },
    });
    expect(qingstor.seen[0]).toMatchObject({
      line: `PUT ${PATH}`,
      headers: {
        ...RICH_HEADERS,
        ...CONDITION_HEADERS,
        ...SOURCE_KEY_HEADERS,
        'content-length': '0',
        'x-qs-copy-source': COPY_SOURCE,
        'x-qs-metadata-directive': 'replace',
      },
    });
  });

  it('copyObject carries nothing that was not asked for, and needs no ETag in the answer', async () => {
    qingstor.answer({ status: 201 });
    const source = { bucket: 'src-bucket', key: 'k?version_id=1' };
    const written = await qingstor
      .client()
      .copyObject({ source, destination: { bucket: 'dst-bucket', key: 'd' }, object: plain });
    expect(written.etag).toBeUndefined();
    const own = ['host', 'connection', 'content-length'];
    const sent = Object.entries(qingstor.seen[0]?.headers ?? {}).filter(([name]) => !own.includes(name));
    expect(Object.fromEntries(sent)).toEqual({
      authorization: expect.stringMatching(/^QS QYid:[A-Za-z0-9+/]{43}=$/),
      'x-qs-copy-source': '/src-bucket/k%3Fversion_id%3D1',
      'x-qs-date': 'Tue, 05 Mar 2024 06:07:08 GMT',
      'x-qs-metadata-directive': 'replace',
    });
  });

  it('copyObject takes 201 only', async () => {
    qingstor.answer({ status: 200, body: '<html>Welcome</html>' });
    const call = qingstor.client().copyObject({ source: object, destination, object: plain });
    expect(await failure(call)).toMatchObject({
      name: 'IncompleteAnswer',
      facts: { operation: 'CopyObject', status: 200 },
    });
  });

  it('deleteObject, also of one version', async () => {
    qingstor.answer({ status: 204 }, { status: 204 });
    await qingstor.client().deleteObject(object);
    await qingstor.client().deleteObject({ bucket: 'dst-bucket', key: 'k' });
    expect(qingstor.seen.map(({ line }) => line)).toEqual([`DELETE ${PATH}?version_id=V%2B%2F%3D`, 'DELETE /k']);
  });
});
