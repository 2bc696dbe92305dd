import { partCopiesFind } from '@objectferry/shared/copy/part-source.ts';
import { describe, expect, it } from 'vitest';
import { seededBytes } from '../world.ts';
import { partMiB } from './copies.ts';
import type { Exceptions } from './exceptions.ts';
import { type Harness, PLAIN, STORE } from './harness.ts';
import { LEADING_SLASH_KEY, WEIRD_KEYS } from './weird-keys.ts';

/** Providers without keys that begin with a slash. */
const WITHOUT_LEADING_SLASH: readonly string[] = ['oss', 'qingstor'];

/** Every key stays what it is, on every way that a copy can take. */
export function describeKeys(at: () => Harness, { inexactPartSource }: Exceptions): void {
  describe.each(WEIRD_KEYS)('the key %j', (name) => {
    it('is written, read and copied as it is', async () => {
      const { client, put, read, keyOf, source, destination } = at();
      const key = keyOf(name);
      await put(source, key, seededBytes(10));
      expect((await read(source, key)).equals(seededBytes(10))).toBe(true);
      await client.copyObject({
        source: { bucket: source, key },
        destination: { bucket: destination, key },
        object: PLAIN,
      });
      expect((await read(destination, key)).equals(seededBytes(10))).toBe(true);
    });

    it('is copied by the machine on the way that it chooses', async () => {
      const { copy, put, read, keyOf, source, destination } = at();
      const key = keyOf(name);
      await put(source, key, seededBytes(11, 2));
      await copy(key);
      expect((await read(destination, key)).equals(seededBytes(11, 2))).toBe(true);
    });

    it('is copied by the machine in parts', async ({ skip }) => {
      const { client, copy, put, read, keyOf, source, destination } = at();
      const key = keyOf(name);
      const exactPartSource = client.capabilities.exactPartSource && inexactPartSource === undefined;
      if (!partCopiesFind({ capabilities: { ...client.capabilities, exactPartSource } }, key)) {
        return skip(inexactPartSource ?? 'the store declares that part copies do not find this key');
      }
      await put(source, key, seededBytes(12, 3));
      expect(await copy(key, { partSizeMiB: partMiB(at()) })).toMatchObject({ strategy: 'parts' });
      expect((await read(destination, key)).equals(seededBytes(12, 3))).toBe(true);
    });
  });

  it('a key that begins with a slash stays as it is, or is refused before a request is sent', async ({ skip }) => {
    const { client, runtime, copy, put, read, keyOf, source, destination } = at();
    if (WITHOUT_LEADING_SLASH.includes(client.provider)) {
      const place = { store: STORE, bucket: source, key: LEADING_SLASH_KEY };
      expect(() => runtime.stores.open(place, 'source')).toThrow(/source\.key: .*(begin|start|lead)/);
      return;
    }
    if (keyOf('') !== '') return skip('the target has a prefix in front of every key');
    await put(source, LEADING_SLASH_KEY, seededBytes(10));
    await copy(LEADING_SLASH_KEY);
    expect((await read(destination, LEADING_SLASH_KEY)).equals(seededBytes(10))).toBe(true);
    await copy(LEADING_SLASH_KEY, { partSizeMiB: partMiB(at()) });
    expect((await read(destination, LEADING_SLASH_KEY)).equals(seededBytes(10))).toBe(true);
  });
}
