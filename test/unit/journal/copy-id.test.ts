import { CopyRequest } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, expect, it } from 'vitest';
import { copyIdOf } from '#infra/local/journal/copy-id.ts';

const place = { source: 'a://raw/key', destination: 'b://archive/copy' };

function idOf(request: object = {}, store: object = {}): string {
  const s3 = {
    provider: 's3',
    region: 'one',
    endpoint: 'http://127.0.0.1:9000',
    addressing: 'path',
    credentials: { env: 'S3' },
    buckets: ['*'],
  };
  const stores = parseStores({ stores: { a: s3, b: { ...s3, ...store } } });
  return copyIdOf(parse(CopyRequest, { ...place, ...request }, 'The request'), stores);
}

describe('the id of a copy', () => {
  it.each([
    ['in another notation', { source: { store: 'a', bucket: 'raw', key: 'key' } }, {}],
    ['with a default spelled out', { options: { overwrite: 'always' } }, {}],
    ['with other keys', {}, { credentials: { secret: 'objectferry/b' } }],
    ['with more buckets allowed', {}, { buckets: ['archive'] }],
  ])('is the same %s', (_, request, store) => {
    expect(idOf(request, store)).toBe(idOf());
  });

  it('does not depend on the order of fields', () => {
    const user = (names: readonly string[]) => ({
      options: { metadata: { user: Object.fromEntries(names.map((name) => [name, name])) } },
    });
    expect(idOf(user(['x', 'y']))).toBe(idOf(user(['y', 'x'])));
    expect(idOf(user(['x', 'y']))).not.toBe(idOf(user(['x'])));
  });

  it.each([
    ['source', { source: 'a://raw/other' }, {}],
    ['version', { source: 'a://raw/key?versionId=1' }, {}],
    ['destination', { destination: 'b://archive/other' }, {}],
    ['option', { options: { onFailure: 'keep' } }, {}],
    ['endpoint', {}, { endpoint: 'http://127.0.0.1:9001' }],
    ['region', {}, { region: 'two' }],
  ])('is another one for another %s', (_, request, store) => {
    expect(idOf(request, store)).not.toBe(idOf());
  });
});
