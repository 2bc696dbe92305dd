import { describe, expect, it } from 'vitest';
import { Credentials, CustomerKey } from '../../../shared/credentials.ts';
import type { CopyObjectRequest, UploadPartCopyRequest } from '../../../shared/provider/provider.ts';
import { COPY_SOURCE, copyXml, failure, KEY, object, PATH, plain, rich, upload } from '../oss/fixtures.ts';
import { cannedObs, WAYS } from './canned-obs.ts';

const { answer, client, seen } = cannedObs();
const initiated = { body: '<InitiateMultipartUploadResult><UploadId>UP+1</UploadId></InitiateMultipartUploadResult>' };
const copied = { body: copyXml('CopyPartResult') };
const facts = { headers: { 'content-length': '0', etag: '"e"', 'last-modified': 'Tue, 05 Mar 2024 06:07:08 GMT' } };

const destinationKey = new CustomerKey(Buffer.from('01234567890123456789012345678901'));
const sourceKey = new CustomerKey(Buffer.from('abcdefghijabcdefghijabcdefghijab'));
/** The values of the vectors `copyPart/ssec`. */
const DESTINATION_TRIO = ['AES256', 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=', 'KYvwGXoFFJ42a2u2GDWhwQ=='];
const SOURCE_TRIO = ['AES256', 'YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=', 'd3au2fAgbQA8d3AQql7uvg=='];

function trio(prefix: string, index = 0): readonly (string | undefined)[] {
  const headers = seen[index]?.headers ?? {};
  return ['algorithm', 'key', 'key-md5'].map((name) => headers[`${prefix}server-side-encryption-customer-${name}`]);
}
const NONE = [undefined, undefined, undefined];

const partCopy: UploadPartCopyRequest = { upload, partNumber: 7, source: object, range: { offset: 0, length: 100 } };
const copy: CopyObjectRequest = { source: object, destination: { bucket: 'dst-bucket', key: KEY }, object: plain };

describe.each(WAYS)('dialect $dialect, signature $signature', ({ dialect, signature, prefix, scheme }) => {
  const store = (key?: Credentials) => client({ dialect, signature }, key);

  it('OBS-13 signs with its scheme and sends its own family of headers only', async () => {
    answer(copied);
    await store().uploadPartCopy({ ...partCopy, conditions: { ifMatch: '"e"' } });
    const { line, headers = {} } = seen[0] ?? {};
    expect(line).toBe(`PUT ${PATH}?partNumber=7&uploadId=UP%2B1`);
    expect(headers['authorization']?.startsWith(scheme)).toBe(true);
    expect(headers['host']).toMatch(/^dst-bucket\.obs\.localhost:/);
    expect(headers).toMatchObject({
      [`${prefix}copy-source`]: COPY_SOURCE,
      [`${prefix}copy-source-range`]: 'bytes=0-99',
      [`${prefix}copy-source-if-match`]: '"e"',
      'content-length': '0',
    });
    const foreign = prefix === 'x-obs-' ? 'x-amz-' : 'x-obs-';
    expect(Object.keys(headers).filter((name) => name.startsWith(foreign))).toEqual([]);
    expect(signature === 'v4' ? headers['x-amz-date'] : headers['date']).toBe(
      signature === 'v4' ? '20240305T060708Z' : 'Tue, 05 Mar 2024 06:07:08 GMT',
    );
  });

  it('OBS-9 sends the security token of temporary credentials, and signs it', async () => {
    const fields = { accessKeyId: 'HPUAid', secretAccessKey: 'very-secret' };
    answer(facts, facts, facts);
    await store(new Credentials(fields)).head({ object });
    await store(new Credentials({ ...fields, sessionToken: 'token-1' })).head({ object });
    await store(new Credentials({ ...fields, sessionToken: 'token-2' })).head({ object });
    expect(seen.map(({ headers }) => headers[`${prefix}security-token`])).toEqual([undefined, 'token-1', 'token-2']);
    expect(new Set(seen.map(({ headers }) => headers['authorization'])).size).toBe(3);
  });

  it('OBS-6 sends the customer key of the destination at Initiate and with every part, nowhere else', async () => {
    const encryption = { kind: 'customer', key: destinationKey } as const;
    answer(initiated, copied, { headers: { etag: '"p"' } }, { body: copyXml('CompleteMultipartUploadResult') });
    await store().createUpload({ bucket: 'dst-bucket', key: KEY, object: { ...plain, encryption } });
    await store().uploadPartCopy({ ...partCopy, encryption });
    await store().uploadPart({ upload, partNumber: 8, body: Buffer.from('x'), encryption });
    await store().completeUpload({ upload, parts: [], overwrite: true, encryption });
    expect([0, 1, 2, 3].map((index) => trio(prefix, index))).toEqual([
      DESTINATION_TRIO,
      DESTINATION_TRIO,
      DESTINATION_TRIO,
      NONE,
    ]);
  });

  it('OBS-7 sends the customer key of the source with every copy, and to read it', async () => {
    answer(
      copied,
      facts,
      { status: 206, headers: { 'content-range': 'bytes 0-0/1' }, body: 'x' },
      { body: copyXml('CopyObjectResult') },
    );
    await store().uploadPartCopy({ ...partCopy, sourceKey });
    await store().head({ object, customerKey: sourceKey });
    await store().getRange({ object, range: { offset: 0, length: 1 }, customerKey: sourceKey });
    await store().copyObject({ ...copy, sourceKey });
    expect([trio(`${prefix}copy-source-`, 0), trio(prefix, 0)]).toEqual([SOURCE_TRIO, NONE]);
    expect([trio(prefix, 1), trio(prefix, 2)]).toEqual([SOURCE_TRIO, SOURCE_TRIO]);
    expect([trio(`${prefix}copy-source-`, 3), trio(prefix, 3)]).toEqual([SOURCE_TRIO, NONE]);
  });

  it('OBS-6 OBS-7 shows no key in an error', async () => {
    answer({ status: 400, body: '<Error><Code>InvalidArgument</Code><Message>bad key</Message></Error>' });
    const encryption = { kind: 'customer', key: destinationKey } as const;
    const error = await failure(store().uploadPartCopy({ ...partCopy, sourceKey, encryption }));
    const shown = `${error.message}${JSON.stringify(error)}${error.stack}`;
    for (const secret of [DESTINATION_TRIO[1], SOURCE_TRIO[1], '0123456789', 'abcdefghij', 'very-secret']) {
      expect(shown).not.toContain(secret);
    }
  });

  it('OBS-8 asks for SSE-KMS with a key in the words of the dialect, and repeats it on no part', async () => {
    answer(initiated, copied);
    const encryption = { kind: 'kms', keyId: 'key-1' } as const;
    await store().createUpload({ bucket: 'dst-bucket', key: KEY, object: { ...plain, encryption } });
    await store().uploadPartCopy({ ...partCopy, encryption });
    const sent = Object.entries(seen[0]?.headers ?? {}).filter(([name]) => name.includes('encryption'));
    expect(Object.fromEntries(sent)).toEqual(
      dialect === 'obs'
        ? { 'x-obs-server-side-encryption': 'kms', 'x-obs-server-side-encryption-kms-key-id': 'key-1' }
        : { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'key-1' },
    );
    expect(Object.keys(seen[1]?.headers ?? {}).filter((name) => name.includes('encryption'))).toEqual([]);
  });

  it('describes the whole object at Initiate and in a copy, where nothing travels by itself', async () => {
    answer(initiated, { body: copyXml('CopyObjectResult') });
    const described = { ...rich, storageClass: 'WARM' };
    await store().createUpload({ bucket: 'dst-bucket', key: KEY, object: described });
    await store().copyObject({ ...copy, object: described });
    const expected = {
      'content-type': 'video/mp4',
      'content-disposition': 'attachment; filename="数据.mp4"',
      [`${prefix}meta-owner`]: '爱丽丝',
      [`${prefix}tagging`]: 'a%20b=1%2B1&%E4%B8%AD=',
      [`${prefix}storage-class`]: 'WARM',
      [`${prefix}acl`]: 'private',
    };
    expect(seen[0]?.headers).toMatchObject(expected);
    expect(seen[1]?.headers).toMatchObject({
      ...expected,
      [`${prefix}copy-source`]: COPY_SOURCE,
      [`${prefix}metadata-directive`]: 'REPLACE',
      [`${prefix}tagging-directive`]: 'REPLACE',
    });
    expect([seen[0]?.line, seen[1]?.line, seen[1]?.body]).toEqual([`POST ${PATH}?uploads`, `PUT ${PATH}`, '']);
  });

  it('puts the bucket into the path in path style', async () => {
    answer(facts);
    await client({ dialect, signature, addressing: 'path' }).head({ object });
    expect(seen[0]?.line).toBe(`HEAD /src-bucket${PATH}?versionId=CAEQ%2B%2F%3D`);
    expect(seen[0]?.headers['host']).toMatch(/^obs\.localhost:/);
  });
});

describe('what the dialects do not share', () => {
  it('asks for SSE-OBS in the native dialect', async () => {
    answer(initiated);
    await client().createUpload({
      bucket: 'dst-bucket',
      key: KEY,
      object: { ...plain, encryption: { kind: 'provider' } },
    });
    expect(seen[0]?.headers['x-obs-server-side-encryption']).toBe('AES256');
  });

  it('refuses SSE-OBS in the x-amz- dialect before anything is sent', async () => {
    const request = { bucket: 'dst-bucket', key: KEY, object: { ...plain, encryption: { kind: 'provider' } as const } };
    const error = await failure(client({ dialect: 'amz', signature: 'v2' }).createUpload(request));
    expect(error).toMatchObject({ name: 'Unsupported', message: expect.stringContaining('use kms, or dialect obs') });
    expect(seen).toEqual([]);
  });

  it('says in its capabilities where conditions on parts are not documented', () => {
    expect(client().capabilities).toMatchObject({ partConditions: true, encryption: ['provider', 'kms', 'customer'] });
    const amz = client({ dialect: 'amz', signature: 'v4' });
    expect(amz.capabilities).toMatchObject({ partConditions: false, encryption: ['kms', 'customer'] });
  });
});

describe('the other requests', () => {
  it('completes with every part named, quotes escaped', async () => {
    answer({ body: copyXml('CompleteMultipartUploadResult') });
    await client().completeUpload({ upload, parts: [{ partNumber: 1, etag: '"a"' }], overwrite: true });
    expect(seen[0]).toMatchObject({
      line: `POST ${PATH}?uploadId=UP%2B1`,
      body: '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part></CompleteMultipartUpload>',
    });
  });

  it('aborts, deletes, lists and reads tags', async () => {
    const page = '<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>';
    const parts = '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>';
    const tags = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    answer({ status: 204 }, { status: 204 }, { body: page }, { body: parts }, { body: tags });
    await client().abortUpload(upload);
    await client().deleteObject(object);
    expect(await client().listUploads({ bucket: 'dst-bucket', prefix: 'p/' })).toEqual({ uploads: [] });
    expect(await client().listParts({ upload, after: 5 })).toEqual({ parts: [] });
    expect(await client().getTagging(object)).toEqual({ a: 'b' });
    expect(seen.map(({ line }) => line)).toEqual([
      `DELETE ${PATH}?uploadId=UP%2B1`,
      `DELETE ${PATH}?versionId=CAEQ%2B%2F%3D`,
      'GET /?uploads&encoding-type=url&max-uploads=1000&prefix=p%2F',
      expect.stringMatching(/^GET .*uploadId=UP%2B1&.*max-parts=1000&part-number-marker=5$/),
      `GET ${PATH}?tagging&versionId=CAEQ%2B%2F%3D`,
    ]);
  });

  it('refuses names that cannot stand in a host before anything is sent', async () => {
    for (const bucket of ['a', 'A-b', 'a/b', 'a..b', 'a.-b', '127.0.0.1', 'b@evil']) {
      await expect(client().head({ object: { bucket, key: 'k' } })).rejects.toMatchObject({ name: 'InvalidRequest' });
    }
    const https = client({ endpoint: 'https://obs.cn-north-4.myhuaweicloud.com' });
    await expect(https.head({ object: { bucket: 'a.b.c', key: 'k' } })).rejects.toThrow('addressing: path');
    await expect(client().head({ object: { bucket: 'bucket', key: 'k'.repeat(1025) } })).rejects.toThrow('1 to 1024');
    expect(seen).toEqual([]);
  });
});
