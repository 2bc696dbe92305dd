import { describe, expect, it } from 'vitest';
import { copyXml, failure, KEY, object, plain, upload } from '../oss/fixtures.ts';
import { cannedObs, WAYS } from './canned-obs.ts';

const { answer, client, seen } = cannedObs();

const source = { ...object, versionId: undefined };
const complete = { upload, parts: [{ partNumber: 1, etag: '"a"' }], overwrite: true };
const partCopy = { upload, partNumber: 7, source };
const copy = { source, destination: { bucket: 'dst-bucket', key: KEY }, object: plain };

describe.each(WAYS)('dialect $dialect, signature $signature', ({ dialect, signature, prefix }) => {
  const store = () => client({ dialect, signature });

  describe.each([
    ['UploadPartCopy', 'CopyPartResult', () => store().uploadPartCopy(partCopy)],
    ['CopyObject', 'CopyObjectResult', () => store().copyObject(copy)],
    ['CompleteMultipartUpload', 'CompleteMultipartUploadResult', () => store().completeUpload(complete)],
  ] as const)('200 of %s', (_, root, call) => {
    it('OBS-1 is a success with an ETag in the body', async () => {
      answer({ body: copyXml(root) });
      expect(await call()).toMatchObject({ etag: '"E-1"' });
    });

    it('OBS-1 has no ETag when only the header has one', async () => {
      answer({ headers: { etag: '"header"' }, body: `<${root}><LastModified>x</LastModified></${root}>` });
      expect((await call()).etag).toBeUndefined();
    });

    it.each([
      ['SlowDown', 'Throttled'],
      ['InternalError', 'ProviderUnavailable'],
      ['InvalidObjectState', 'SourceArchived'],
      ['AccessDenied', 'AccessDenied'],
    ])('OBS-2 with the error %s in its body is %s', async (code, name) => {
      answer({ headers: { [`${prefix}request-id`]: 'R1' }, body: `<Error><Code>${code}</Code></Error>` });
      expect(await failure(call())).toMatchObject({ name, facts: { code, status: 200, requestIds: ['R1'] } });
    });

    it.each([
      ['empty', ''],
      ['cut off', copyXml(root).slice(0, -9)],
      ['something else', '<html><body>proxy</body></html>'],
    ])('OBS-2 whose body is %s is no success', async (_name, body) => {
      answer({ body });
      expect(await failure(call())).toMatchObject({ name: 'IncompleteAnswer' });
    });
  });

  it('OBS-8 carries algorithm and key id into the results', async () => {
    const name = dialect === 'obs' ? 'kms-key-id' : 'aws-kms-key-id';
    const algorithm = dialect === 'obs' ? 'kms' : 'aws:kms';
    const headers = {
      [`${prefix}server-side-encryption`]: algorithm,
      [`${prefix}server-side-encryption-${name}`]: 'key-1',
      [`${prefix}version-id`]: 'V1',
    };
    answer({ headers, body: copyXml('CopyPartResult') }, { headers, body: copyXml('CompleteMultipartUploadResult') });
    const encryption = { algorithm, keyId: 'key-1' };
    expect(await store().uploadPartCopy(partCopy)).toMatchObject({ encryption });
    expect(await store().completeUpload(complete)).toMatchObject({ encryption, versionId: 'V1' });
  });

  it('reads the facts of HEAD, the upload id that proves a completion among them', async () => {
    const headers = {
      'content-length': '48318382080000',
      etag: '"abc-2"',
      'last-modified': 'Tue, 05 Mar 2024 06:07:08 GMT',
      'content-type': 'video/mp4',
      [`${prefix}uploadId`]: 'UP+1',
      [`${prefix}version-id`]: 'V1',
      [`${prefix}meta-owner`]: '爱丽丝',
      [`${prefix}tagging-count`]: '2',
      [`${prefix}server-side-encryption-customer-algorithm`]: 'AES256',
    };
    answer({ headers });
    expect(await store().head({ object })).toEqual({
      size: 48318382080000,
      etag: '"abc-2"',
      lastModified: new Date('2024-03-05T06:07:08Z'),
      versionId: 'V1',
      storageClass: 'STANDARD',
      access: 'readable',
      type: 'normal',
      checksums: {},
      headers: expect.objectContaining({ contentType: 'video/mp4' }),
      metadata: { owner: '爱丽丝' },
      tagCount: 2,
      encryption: { algorithm: 'AES256', keyId: undefined },
      uploadId: 'UP+1',
      answeredAt: undefined,
    });
  });

  it.each([
    ['COLD', undefined, 'archived'],
    ['GLACIER', 'ongoing-request="true"', 'restoring'],
    ['DEEP_ARCHIVE', 'ongoing-request="false", expiry-date="x"', 'readable'],
    ['WARM', undefined, 'readable'],
  ])('OBS-5 class %s with restore %s is %s', async (storageClass, restore, access) => {
    const headers = { 'content-length': '1', etag: '"e"', 'last-modified': 'Tue, 05 Mar 2024 06:07:08 GMT' };
    const more = restore === undefined ? {} : { [`${prefix}restore`]: restore };
    answer({
      headers: {
        ...headers,
        ...more,
        [`${prefix}storage-class`]: storageClass,
        [`${prefix}object-type`]: 'Appendable',
      },
    });
    expect(await store().head({ object })).toMatchObject({ storageClass, access, type: 'appendable' });
  });

  it('OBS-14 has both ids of a failed HEAD, its code and its message', async () => {
    const headers = {
      [`${prefix}request-id`]: 'R1',
      [`${prefix}id-2`]: 'ID2',
      [`${prefix}error-code`]: 'InvalidObjectState',
      [`${prefix}error-message`]: 'm',
    };
    answer({ status: 403, headers });
    const error = await failure(store().head({ object }));
    expect(error).toMatchObject({
      name: 'SourceArchived',
      facts: { provider: 'obs', operation: 'HeadObject', code: 'InvalidObjectState', requestIds: ['R1', 'ID2'] },
    });
    expect(error.message).toContain('request R1 ID2');
  });

  it('OBS-14 has both ids of an answer that was cut off', async () => {
    answer({ headers: { [`${prefix}request-id`]: 'R1', [`${prefix}id-2`]: 'ID2' }, body: '<CopyPartResult>' });
    const error = await failure(store().uploadPartCopy(partCopy));
    expect(error).toMatchObject({ name: 'IncompleteAnswer', facts: { requestIds: ['R1', 'ID2'], partNumber: 7 } });
  });

  it.each([
    [403, 'SignatureDoesNotMatch'],
    [403, 'InvalidAccessKeyId'],
    [400, 'TooManyWrongSignature'],
  ])('sends what is refused with %i %s once, because OBS locks keys', async (status, code) => {
    answer({ status, body: `<Error><Code>${code}</Code></Error>` });
    expect(await failure(store().getTagging(object))).toMatchObject({ name: 'Unauthenticated', facts: { code } });
    expect(seen).toHaveLength(1);
  });

  it('signs once more with the clock of OBS when ours is refused', async () => {
    const date = 'Tue, 05 Mar 2024 08:07:08 GMT';
    answer(
      { status: 403, headers: { date }, body: '<Error><Code>RequestTimeTooSkewed</Code></Error>' },
      { status: 204 },
    );
    await store().abortUpload(upload);
    const sent = seen.map(({ headers }) => headers[signature === 'v4' ? 'x-amz-date' : 'date']);
    expect(sent[1]).toBe(signature === 'v4' ? '20240305T080708Z' : date);
  });

  it('never follows a redirect', async () => {
    answer({
      status: 307,
      headers: { location: 'http://evil.localhost/' },
      body: '<Error><Code>TemporaryRedirect</Code></Error>',
    });
    expect(await failure(store().getTagging(object))).toMatchObject({ name: 'RegionMismatch' });
    expect(seen).toHaveLength(1);
  });
});

describe('listings', () => {
  it('OBS-3 lists the newest part of each number, page by page', async () => {
    const part =
      '<Part><PartNumber>1</PartNumber><LastModified>x</LastModified><ETag>"new"</ETag><Size>5</Size></Part>';
    const body = `<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>${part}</ListPartsResult>`;
    answer({ body });
    expect(await client().listParts({ upload })).toMatchObject({
      parts: [{ partNumber: 1, etag: '"new"', size: 5 }],
      next: 1,
    });
  });
});

describe('methods', () => {
  it('OBS-4 asks for nothing but HEAD, GET and copies where the source is', async () => {
    const facts = { 'content-length': '1', etag: '"e"', 'last-modified': 'Tue, 05 Mar 2024 06:07:08 GMT' };
    answer({ headers: facts }, { body: copyXml('CopyPartResult') }, { body: copyXml('CopyObjectResult') });
    await client().head({ object });
    await client().uploadPartCopy(partCopy);
    await client().copyObject(copy);
    const toSource = seen.filter(({ headers }) => headers['host']?.startsWith('src-bucket.'));
    expect(toSource.map(({ line }) => line.split(' ')[0])).toEqual(['HEAD']);
  });
});
