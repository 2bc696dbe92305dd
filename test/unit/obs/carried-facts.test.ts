import { describe, expect, it } from 'vitest';
import { NOW } from '../oss/canned-server.ts';
import { object } from '../oss/fixtures.ts';
import { cannedObs, WAYS } from './canned-obs.ts';

const { answer, client } = cannedObs();
const mandatory = { 'content-length': '0', etag: '"0"', 'last-modified': NOW.toUTCString() };

describe.each(WAYS)('dialect $dialect, signature $signature', ({ dialect, signature, prefix }) => {
  const head = (headers: Record<string, string>) => {
    answer({ headers: { ...mandatory, ...headers } });
    return client({ dialect, signature }).head({ object });
  };

  it('HEAD tells what no copy takes along', async () => {
    const headers = {
      [`${prefix}object-lock-mode`]: 'COMPLIANCE',
      [`${prefix}object-lock-retain-until-date`]: '2027-01-01T00:00:00Z',
      [`${prefix}website-redirect-location`]: '/else',
    };
    expect(await head(headers)).toMatchObject({
      retention: 'COMPLIANCE until 2027-01-01T00:00:00Z',
      websiteRedirect: '/else',
    });
  });

  it.each([
    ['expires', '30', '30 days after it was written'],
    ['expiration', 'expiry-date="Wed, 21 Oct 2026 07:28:00 GMT"', 'Wed, 21 Oct 2026 07:28:00 GMT'],
    ['expiration', 'expiry-date="Wed, 21 Oct 2026 07:28:00 GMT", rule-id="of the bucket"', undefined],
  ])('an object that says %s: %s expires by itself: %s', async (name, value, expiry) => {
    expect((await head({ [`${prefix}${name}`]: value })).expiry).toBe(expiry);
  });

  it.each([
    ['11051210869376104954', '11051210869376104954'],
    ['-1', undefined],
    ['', undefined],
  ])('a CRC-64 of %j counts as %s', async (value, crc64ecma) => {
    expect((await head({ [`${prefix}hash-crc64ecma`]: value })).checksums.crc64ecma).toBe(crc64ecma);
  });
});

describe('the ACL of an object', () => {
  const everybody = '<Grantee><Canned>Everyone</Canned></Grantee>';
  const grants = (...all: string[]) =>
    `<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList>${all.map((grant) => `<Grant>${grant}</Grant>`).join('')}</AccessControlList></AccessControlPolicy>`;
  const owner = '<Grantee><ID>1</ID></Grantee><Permission>FULL_CONTROL</Permission>';

  it.each([
    ['private', [owner]],
    ['public-read', [owner, `${everybody}<Permission>READ</Permission>`]],
    ['public-read-write', [`${everybody}<Permission>WRITE</Permission>`, `${everybody}<Permission>READ</Permission>`]],
    ['custom grants', [owner, `${everybody}<Permission>WRITE</Permission>`]],
  ])('%s', async (word, all) => {
    answer({ body: grants(...all) });
    expect(await client().getAcl(object)).toBe(word);
  });
});
