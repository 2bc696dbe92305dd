import { describe, expect, it } from 'vitest';
import { cannedOss, NOW } from './canned-server.ts';
import { failure, object, PATH } from './fixtures.ts';

const oss = cannedOss();
const mandatory = { 'content-length': '0', etag: '"0"', 'last-modified': NOW.toUTCString() };

describe('what no copy takes along', () => {
  it('is told by HEAD', async () => {
    oss.answer(
      {
        headers: {
          ...mandatory,
          'x-oss-object-worm-mode': 'COMPLIANCE',
          'x-oss-object-worm-retain-until-date': '2027-01-01T00:00:00.000Z',
          'x-oss-object-worm-legal-hold': 'ON',
        },
      },
      { headers: { ...mandatory, 'x-oss-expiration': 'expiry-date="x", rule-id="r"' } },
    );
    expect(await oss.client().head({ object })).toMatchObject({
      retention: 'COMPLIANCE until 2027-01-01T00:00:00.000Z',
      legalHold: 'ON',
    });
    // That of a rule is the bucket's.
    expect((await oss.client().head({ object })).expiry).toBeUndefined();
  });
});

describe('the ACL of an object', () => {
  const acl = (grant: string) =>
    `<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList><Grant>${grant}</Grant></AccessControlList></AccessControlPolicy>`;

  it('is OSS’s word for it', async () => {
    oss.answer({ body: acl('public-read') });
    expect(await oss.client().getAcl(object)).toBe('public-read');
    expect(oss.seen[0]?.line).toBe(`GET ${PATH}?acl&versionId=CAEQ%2B%2F%3D`);
  });

  it.each([
    ['<Error><Code>AccessDenied</Code></Error>'],
    [''],
    ['<AccessControlPolicy><Owner/></AccessControlPolicy>'],
  ])('is not guessed from %j', async (body) => {
    oss.answer({ body });
    expect(await failure(oss.client().getAcl(object))).toHaveProperty('summary');
  });
});
