import { describe, expect, it } from 'vitest';
import { NOW } from '../oss/canned-server.ts';
import { failure, object, PATH, upload } from '../oss/fixtures.ts';
import { cannedS3, s3Error } from './canned-s3.ts';
import { copyXml } from './fixtures.ts';

const s3 = cannedS3();
const mandatory = { 'content-length': '0', etag: '"0"', 'last-modified': NOW.toUTCString() };

describe('what no copy takes along', () => {
  it('is told by HEAD', async () => {
    s3.answer(
      {
        headers: {
          ...mandatory,
          'x-amz-object-lock-mode': 'GOVERNANCE',
          'x-amz-object-lock-retain-until-date': '2027-01-01T00:00:00.000Z',
          'x-amz-object-lock-legal-hold': 'ON',
          'x-amz-website-redirect-location': '/else',
          'x-amz-expiration': 'expiry-date="x", rule-id="r"',
        },
      },
      { headers: { ...mandatory, 'x-amz-object-lock-legal-hold': 'OFF' } },
    );
    const facts = await s3.client().head({ object });
    expect(facts).toMatchObject({
      retention: 'GOVERNANCE until 2027-01-01T00:00:00.000Z',
      legalHold: 'ON',
      websiteRedirect: '/else',
    });
    // That of a rule is the bucket's.
    expect(facts.expiry).toBeUndefined();
    const free = await s3.client().head({ object });
    expect([free.legalHold, free.retention, free.websiteRedirect]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the ACL of an object', () => {
  const group = (name: string) => `<Grantee><URI>http://acs.amazonaws.com/groups/global/${name}</URI></Grantee>`;
  const owner = '<Grant><Grantee><ID>1</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>';
  const to = (name: string, permission: string) =>
    `<Grant>${group(name)}<Permission>${permission}</Permission></Grant>`;

  it.each([
    ['private', ''],
    ['public-read', to('AllUsers', 'READ')],
    ['public-read-write', `${to('AllUsers', 'WRITE')}${to('AllUsers', 'READ')}`],
    ['authenticated-read', to('AuthenticatedUsers', 'READ')],
    ['custom grants', to('AllUsers', 'FULL_CONTROL')],
  ])('%s', async (word, grants) => {
    s3.answer({
      body: `<AccessControlPolicy><AccessControlList>${owner}${grants}</AccessControlList></AccessControlPolicy>`,
    });
    expect(await s3.client().getAcl(object)).toBe(word);
    expect(s3.seen[0]?.line).toBe(`GET ${PATH}?acl&versionId=CAEQ%2B%2F%3D`);
  });
});

describe('S3-4 a checksum that the object has to have', () => {
  const complete = { upload, parts: [{ partNumber: 1, etag: '"a"' }], overwrite: true };

  it('is sent with Complete, over the whole object', async () => {
    const body = copyXml('CompleteMultipartUploadResult');
    s3.answer({ body }, { body });
    await s3.client().completeUpload({ ...complete, checksums: { crc32c: '4waSgw==' } });
    expect(s3.seen[0]?.headers).toMatchObject({
      'x-amz-checksum-crc32c': '4waSgw==',
      'x-amz-checksum-type': 'FULL_OBJECT',
    });
    await s3.client().completeUpload(complete);
    expect(s3.seen[1]?.headers).not.toHaveProperty('x-amz-checksum-type');
  });

  it('ends the copy when the store refuses to make it: the parts are not the source', async () => {
    s3.answer({ status: 400, body: s3Error('BadDigest') });
    const refused = s3.client().completeUpload({ ...complete, checksums: { crc64nvme: 'AAAAAAAAAAA=' } });
    const error = await failure(refused);
    expect(error).toMatchObject({ name: 'ChecksumMismatch', facts: { code: 'BadDigest' } });
    expect(error.message).toContain('nothing was written');
  });
});
