import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { describe, expect, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import { seededBytes } from '../world.ts';
import { type Harness, STORE } from './harness.ts';

const MIB = 1024 * 1024;

/** Whole copies through the local machine, at every size where arithmetic goes wrong. */
export function describeCopies(at: () => Harness): void {
  const copy = async (key: string, options: object): Promise<Receipt> => {
    const { runtime, source, destination } = at();
    const request = {
      source: { store: STORE, bucket: source, key },
      destination: { store: STORE, bucket: destination, key },
      options,
    };
    const result = await runCopy({ request, runtime, retryIntervalMs: 1 });
    if (result.status === 'FAILED') return expect.fail(`${result.error}: ${result.cause}`);
    return parse(Receipt, result.output, 'The receipt');
  };
  const partMiB = (): number => Math.max(1, Math.ceil(at().client.limits.minPartBytes / MIB));

  describe('a copy through the machine', () => {
    it.each([
      ['no byte', () => 0],
      ['one byte', () => 1],
      ['the minimum part less one', () => at().client.limits.minPartBytes - 1],
      ['the minimum part', () => at().client.limits.minPartBytes],
      ['the minimum part and one', () => at().client.limits.minPartBytes + 1],
      ['a part less one', () => partMiB() * MIB - 1],
      ['a part', () => partMiB() * MIB],
      ['a part and one', () => partMiB() * MIB + 1],
      ['three parts and seven bytes', () => 3 * partMiB() * MIB + 7],
    ])('of %s is right by one request and in parts', async (_, sizeOf) => {
      const { put, read, source, destination, client } = at();
      const bytes = seededBytes(sizeOf(), 7);
      await put(source, 'sized', bytes, { headers: { contentType: 'video/mp4' }, metadata: { owner: 'alice' } });
      for (const options of [{}, { partSizeMiB: partMiB() }]) {
        const receipt = await copy('sized', options);
        expect(receipt.size).toBe(bytes.length);
        expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'size', result: 'equal' }));
        expect((await read(destination, 'sized')).equals(bytes)).toBe(true);
        const facts = await client.head({ object: { bucket: destination, key: 'sized' } });
        expect(facts).toMatchObject({ headers: { contentType: 'video/mp4' }, metadata: { owner: 'alice' } });
        await client.deleteObject({ bucket: destination, key: 'sized' });
      }
    });

    it('leaves no upload behind', async () => {
      const { client, destination } = at();
      expect((await client.listUploads({ bucket: destination })).uploads).toEqual([]);
    });
  });
}
