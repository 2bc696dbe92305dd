import { isRetryable } from '@objectferry/shared/errors.ts';
import { describe, expect, it } from 'vitest';
import { seededBytes } from '../world.ts';
import type { Exceptions } from './exceptions.ts';
import { type Harness, PLAIN } from './harness.ts';

/** What the declared limits allow is taken, and what lies beyond is refused: by the store, or before a request is sent. */
export function describeLimits(at: () => Harness, { anyPartNumber, longestKeyUnreadable }: Exceptions): void {
  describe('limits', () => {
    it('the longest key is taken', async () => {
      const { client, put, read, keyOf, source } = at();
      const key = keyOf('').padEnd(client.limits.maxKeyBytes, 'k');
      const writing = put(source, key, seededBytes(3));
      if (longestKeyUnreadable === undefined) await writing;
      else await expect(writing).rejects.toMatchObject({ name: 'IncompleteAnswer' });
      expect((await read(source, key)).equals(seededBytes(3))).toBe(true);
    });

    it('a longer key is refused', async () => {
      const { client, keyOf, source } = at();
      const key = keyOf('').padEnd(client.limits.maxKeyBytes + 1, 'k');
      await expect(client.createUpload({ bucket: source, key, object: PLAIN })).rejects.toMatchObject({
        name: 'InvalidRequest',
      });
    });

    it('as much user metadata as the limit says is kept', async () => {
      const { client, put, keyOf, source } = at();
      const metadata = { note: 'n'.repeat(client.limits.maxMetadataBytes - 'note'.length) };
      await put(source, keyOf('metadata'), seededBytes(1), { metadata });
      expect(await client.head({ object: { bucket: source, key: keyOf('metadata') } })).toMatchObject({ metadata });
    });

    it('a part well beyond the last number is refused', async () => {
      const { client, keyOf, destination } = at();
      const place = { bucket: destination, key: keyOf('numbers') };
      const upload = { ...place, ...(await client.createUpload({ ...place, object: PLAIN })) };
      // QingStor's own last number is one more than ten thousand parts need.
      const partNumber = client.limits.maxParts + 2;
      const sending = client.uploadPart({ upload, partNumber, body: seededBytes(1) });
      const taken = await sending.catch((error: unknown) => error).finally(() => client.abortUpload(upload));
      if (anyPartNumber === undefined) expect(taken).toMatchObject({ name: 'InvalidRequest' });
      else expect(taken).toMatchObject({ etag: expect.any(String) });
    });

    it('parts below the smallest size are refused at the end', async ({ skip }) => {
      const { client, keyOf, destination } = at();
      if (client.limits.minPartBytes <= 1) return skip('the store declares that a part may have any size');
      const place = { bucket: destination, key: keyOf('small') };
      const upload = { ...place, ...(await client.createUpload({ ...place, object: PLAIN })) };
      for (const partNumber of [1, 2]) await client.uploadPart({ upload, partNumber, body: seededBytes(1) });
      const { parts } = await client.listParts({ upload });
      const error = await client.completeUpload({ upload, parts, overwrite: true }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ facts: { provider: client.provider, status: 400, code: expect.any(String) } });
      expect(isRetryable(error)).toBe(false);
      await client.abortUpload(upload);
    });

    it('a hundred parts are listed page by page', async () => {
      const { client, keyOf, destination } = at();
      const place = { bucket: destination, key: keyOf('pages') };
      const upload = { ...place, ...(await client.createUpload({ ...place, object: PLAIN })) };
      const numbers = Array.from({ length: 101 }, (_, index) => index + 1);
      for (const partNumber of numbers) await client.uploadPart({ upload, partNumber, body: seededBytes(partNumber) });
      const found: [number, number][] = [];
      let pages = 0;
      for (let after: number | undefined; ; ) {
        const page = await client.listParts({ upload, after, limit: 20 });
        pages += 1;
        found.push(...page.parts.map(({ partNumber, size }): [number, number] => [partNumber, size]));
        if (page.next === undefined || pages > numbers.length) break;
        after = page.next;
      }
      expect(found).toEqual(numbers.map((number) => [number, number]));
      expect(pages).toBe(6);
      await client.abortUpload(upload);
    });
  });
}
