import type { StoreConfig } from '@objectferry/shared/provider/provider.ts';
import { openStores, parseStores } from '@objectferry/shared/stores.ts';
import { describe, expect, it } from 'vitest';

const HZ = {
  provider: 'oss',
  region: 'cn-hangzhou',
  endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
  credentials: { env: 'HZ' },
  buckets: ['raw', 'archive-*'],
};

function refusal(file: unknown): string {
  try {
    parseStores(file);
  } catch (error) {
    return String(error);
  }
  return expect.fail('the stores file was accepted');
}

describe('a stores file', () => {
  it('OSS-19 fills in what is left out', () => {
    expect(parseStores({ stores: { hz: HZ } })).toMatchObject({
      hz: { addressing: 'virtual', signature: 'v4', insecure: false, maxInFlight: 1024 },
    });
  });

  it.each([
    ['no document', undefined, 'must be an object'],
    ['a list', [], 'stores is missing'],
    ['no stores', { stores: {} }, 'stores is empty'],
    ['a top-level field that is not known', { stores: { hz: HZ }, version: 1 }, 'version is not a known field'],
    ['a bad name', { stores: { 'h z': HZ } }, 'is not a store name'],
    ['an unknown provider', { stores: { hz: { ...HZ, provider: 'azure' } } }, 'stores.hz.provider is "azure"'],
    ['an unknown field', { stores: { hz: { ...HZ, regoin: 'x' } } }, 'regoin is not a known field'],
    ['a missing field', { stores: { hz: { ...HZ, buckets: undefined } } }, 'buckets is missing'],
    [
      'keys in the file',
      { stores: { hz: { ...HZ, credentials: { accessKeyId: 'x' } } } },
      'credentials must have either',
    ],
  ])('is refused with a sentence for %s', (_, file, sentence) => {
    expect(refusal(file)).toMatch(/^InvalidConfig: The stores file/);
    expect(refusal(file)).toContain(sentence);
  });
});

describe('opening a store', () => {
  const stores = openStores(parseStores({ stores: { hz: HZ } }), {
    transport: () => expect.fail('a request was sent'),
    now: () => new Date(),
    credentials: (config: StoreConfig['credentials']) => () => expect.fail(`asked for ${JSON.stringify(config)}`),
  });
  const at = (location: object) => stores.open({ store: 'hz', bucket: 'raw', key: 'k', ...location }, 'source');

  it('OSS-22 gives one client per store, for allowed buckets only', () => {
    expect(at({}).client).toBe(at({ bucket: 'archive-2026' }).client);
  });

  it.each([
    [{ store: 'pek' }, 'source.store is "pek", which is not in the stores file; it has hz.'],
    [{ store: '__proto__' }, 'source.store is "__proto__"'],
    [{ bucket: 'rawer' }, 'source.bucket is "rawer", which store hz does not allow; it allows raw, archive-*.'],
    [{ bucket: 'Raw' }, 'source.bucket:'],
    [{ bucket: 'raw/../archive-1' }, 'source.bucket:'],
    [{ bucket: 'raw@evil.example' }, 'source.bucket:'],
    [{ key: '/k' }, 'source.key:'],
    [{ key: 'k'.repeat(1024) }, 'source.key:'],
  ])('refuses %o', (location, sentence) => {
    expect(() => at(location)).toThrow(expect.objectContaining({ name: 'InvalidRequest' }));
    expect(() => at(location)).toThrow(sentence);
  });
});
