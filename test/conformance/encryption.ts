import { CustomerKey } from '@objectferry/shared/credentials.ts';
import type { Encryption } from '@objectferry/shared/provider/provider.ts';
import { describe, expect, it } from 'vitest';
import { seededBytes } from '../world.ts';
import type { Exceptions } from './exceptions.ts';
import { type Harness, PLAIN } from './harness.ts';

const KEY = new CustomerKey(seededBytes(32, 41));
const OTHER_KEY = new CustomerKey(seededBytes(32, 42));
const KINDS: readonly Encryption[] = [{ kind: 'provider' }, { kind: 'kms' }, { kind: 'customer', key: KEY }];

/** Each kind of encryption on both ways, as far as the store declares it. */
export function describeEncryption(at: () => Harness, { withoutEncryption }: Exceptions): void {
  describe.each(KINDS)('encryption of kind $kind', (encryption) => {
    const bytes = seededBytes(100, 4);
    const customerKey = encryption.kind === 'customer' ? encryption.key : undefined;
    const range = { offset: 0, length: bytes.length };
    const undeclared = () => !at().client.capabilities.encryption.includes(encryption.kind);
    const reason = `the store declares no encryption of kind ${encryption.kind}`;
    const expectEncrypted = async (key: string) => {
      const { client, destination } = at();
      const object = { bucket: destination, key };
      expect((await client.head({ object, customerKey })).encryption?.algorithm).toMatch(/\S/);
      expect(Buffer.from(await client.getRange({ object, range, customerKey })).equals(bytes)).toBe(true);
      if (customerKey === undefined) return;
      await expect(client.getRange({ object, range })).rejects.toThrow();
      await expect(client.getRange({ object, range, customerKey: OTHER_KEY })).rejects.toThrow();
    };

    it('by one request', async ({ skip }) => {
      if (undeclared()) return skip(reason);
      const { client, put, keyOf, source, destination } = at();
      const key = keyOf(`encrypted-whole-${encryption.kind}`);
      await put(source, key, bytes);
      await client.copyObject({
        source: { bucket: source, key },
        destination: { bucket: destination, key },
        object: { ...PLAIN, encryption },
      });
      if (withoutEncryption === undefined) return expectEncrypted(key);
      expect((await client.head({ object: { bucket: destination, key } })).encryption).toBeUndefined();
    });

    it('in parts, and from an object that is encrypted alike', async ({ skip }) => {
      if (undeclared()) return skip(reason);
      const { client, put, keyOf, source, destination } = at();
      const key = keyOf(`encrypted-parts-${encryption.kind}`);
      if (withoutEncryption !== undefined) {
        const upload = client.createUpload({ bucket: destination, key, object: { ...PLAIN, encryption } });
        await expect(upload).rejects.toMatchObject({ name: 'InvalidRequest' });
        return;
      }
      await put(source, key, bytes, { encryption });
      const { uploadId } = await client.createUpload({
        bucket: destination,
        key,
        object: { ...PLAIN, encryption },
      });
      const upload = { bucket: destination, key, uploadId };
      // Without a range: there are stores that copy none out of a small object.
      await client.uploadPartCopy({
        upload,
        partNumber: 1,
        source: { bucket: source, key },
        sourceKey: customerKey,
        encryption,
      });
      const { parts } = await client.listParts({ upload, encryption });
      await client.completeUpload({ upload, parts, overwrite: true, encryption });
      await expectEncrypted(key);
    });
  });
}
