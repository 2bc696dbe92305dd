import type { Receipt } from '@objectferry/shared/contract.ts';
import { describe, expect, it } from 'vitest';
import { seededBytes } from '../world.ts';
import { partMiB } from './copies.ts';
import type { Exceptions } from './exceptions.ts';
import type { Harness } from './harness.ts';

const BYTES = seededBytes(100, 6);
const HEADERS = { contentType: 'video/mp4', cacheControl: 'max-age=60', contentDisposition: 'attachment' };
const METADATA = { owner: 'alice', note: 'a+b %20=&' };

/** How each aspect fared. */
function resultsOf({ carried = [] }: Receipt): Readonly<Record<string, string>> {
  return Object.fromEntries(carried.map(({ name, result }) => [name, result]));
}

/** What only some stores have. */
function whereDeclared({ capabilities }: Harness['client'], hasTags: boolean): Readonly<Record<string, string>> {
  return {
    ...(hasTags ? { tags: 'equal' } : {}),
    ...(capabilities.storageClasses ? { storageClass: 'equal' } : {}),
    ...(capabilities.acl ? { acl: 'notCarried' } : {}),
  };
}

/** What is in the receipt besides the bytes, by one request and in parts. */
export function describeCarried(at: () => Harness, { withoutTags }: Exceptions): void {
  describe.each([
    ['one request', () => ({})],
    ['parts', () => ({ partSizeMiB: partMiB(at()) })],
  ])('what a copy by %s carries', (how, ways) => {
    it('is compared, and listed in the receipt', async () => {
      const { put, copy, keyOf, source, client } = at();
      const key = keyOf(`carried-${how}`);
      const tags = client.capabilities.tags && withoutTags === undefined ? { kind: 'film' } : {};
      await put(source, key, BYTES, { headers: HEADERS, metadata: METADATA, tags });
      const receipt = await copy(key, ways());
      expect(resultsOf(receipt)).toMatchObject({
        contentType: 'equal',
        cacheControl: 'equal',
        contentDisposition: 'equal',
        metadata: 'equal',
        ...whereDeclared(client, 'kind' in tags),
      });
      expect(receipt.carried).toContainEqual(
        expect.objectContaining({ name: 'contentType', source: 'video/mp4', destination: 'video/mp4' }),
      );
      expect(Object.values(resultsOf(receipt))).not.toContain('different');
    });

    it('is what the request asks for instead', async () => {
      const { put, copy, keyOf, source, client, destination } = at();
      const key = keyOf(`asked-${how}`);
      await put(source, key, BYTES, { headers: HEADERS, metadata: METADATA });
      const metadata = { contentType: 'text/css', user: { fresh: 'yes' } };
      const receipt = await copy(key, { ...ways(), metadata, tags: 'none' });
      expect(resultsOf(receipt)).toMatchObject({
        contentType: 'asAsked',
        cacheControl: 'asAsked',
        contentDisposition: 'asAsked',
        metadata: 'asAsked',
      });
      const facts = await client.head({ object: { bucket: destination, key } });
      expect(facts).toMatchObject({ headers: { contentType: 'text/css' }, metadata: { fresh: 'yes' } });
      expect(facts.headers.cacheControl).toBeUndefined();
    });
  });
}
