import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { codeOf, outcome, prefixOf, type Scheme, send, upload, world } from './obs-client.ts';
import { pick } from './oss-client.ts';

const dialects: readonly Scheme[] = ['OBS', 'AWS'];

/** The three headers of a key that the client brings, without the family's prefix. */
function customerKey(seed: string, which: '' | 'copy-source-' = ''): Record<string, string> {
  const key = createHash('sha256').update(seed).digest();
  const name = `${which}server-side-encryption-customer`;
  return {
    [`${name}-algorithm`]: 'AES256',
    [`${name}-key`]: key.toString('base64'),
    [`${name}-key-md5`]: createHash('md5').update(key).digest('base64'),
  };
}

describe.each(dialects)('OBS objects, %s', (scheme) => {
  const prefix = prefixOf(scheme);
  const at = { bucket: 'raw', path: '/k', scheme } as const;

  it('read ranges and conditions', async () => {
    await using emulator = await world();
    const put = await send(emulator, {
      ...at,
      method: 'PUT',
      body: '0123456789',
      headers: { 'content-type': 'text/x' },
    });
    const get = (headers: Record<string, string>) => send(emulator, { ...at, headers });
    const part = await get({ range: 'bytes=2-4' });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
    expect((await get({ range: 'bytes=8-100' })).text).toBe('89');
    expect((await get({ range: 'bytes=-2' })).text).toBe('89');
    const beyond = await get({ range: 'bytes=10-' });
    expect([...outcome(beyond), beyond.headers['content-range']]).toEqual([416, 'InvalidRange', 'bytes */10']);
    const whole = await get({ range: 'lines=1-2' });
    expect([whole.status, whole.text, whole.headers['content-type']]).toEqual([200, '0123456789', 'text/x']);
    expect((await get({ 'if-none-match': put.headers['etag'] ?? '' })).status).toBe(304);
    expect((await get({ 'if-match': '"0"' })).status).toBe(412);
  });

  it('say in headers what is wrong with a HEAD, and name no class for Standard', async () => {
    await using emulator = await world();
    const missing = await send(emulator, { ...at, method: 'HEAD' });
    expect([missing.status, missing.headers[`${prefix}error-code`], missing.text]).toEqual([404, 'NoSuchKey', '']);
    expect(missing.headers[`${prefix}error-message`]).toMatch(/exist/);
    expect(missing.headers[`${prefix}request-id`]).toMatch(/^[0-9A-F]{32}$/);
    const found = await send(emulator, { ...at, path: '/s', method: 'HEAD' });
    expect([found.status, found.headers[`${prefix}storage-class`]]).toEqual([200, undefined]);
    expect(found.headers['content-length']).toBe(String(3 * 2 ** 20));
  });

  it('keep versions, and hide behind a delete marker', async () => {
    await using emulator = await world({ buckets: [{ name: 'raw', versioning: 'enabled' }] });
    const first = await send(emulator, { ...at, method: 'PUT', body: 'one' });
    await send(emulator, { ...at, method: 'PUT', body: 'two' });
    const deleted = await send(emulator, { ...at, method: 'DELETE' });
    expect([deleted.status, deleted.headers[`${prefix}delete-marker`]]).toEqual([204, 'true']);
    const hidden = await send(emulator, { ...at, method: 'HEAD' });
    expect([...outcome(hidden), hidden.headers[`${prefix}delete-marker`]]).toEqual([404, 'NoSuchKey', 'true']);
    const old = await send(emulator, { ...at, path: `/k?versionId=${first.headers[`${prefix}version-id`]}` });
    expect(old.text).toBe('one');
    const listed = await send(emulator, { ...at, path: '/?versions&prefix=k' });
    expect([listed.text.match(/<Version>/g)?.length, listed.text.match(/<DeleteMarker>/g)?.length]).toEqual([2, 1]);
    expect((await send(emulator, { ...at, path: '/none', method: 'DELETE' })).status).toBe(204);
  });

  it('copy in one: only the body says that it worked, and encryption is never dropped', async () => {
    await using emulator = await world({}, 5 * 2 ** 30 + 1);
    emulator.model.putObject('raw', 'k', Buffer.from('x'), { userMetadata: { a: '1' }, acl: 'public-read' });
    const copy = (source: string, own: Record<string, string> = {}) =>
      send(emulator, { ...at, bucket: 'archive', method: 'PUT', own: { 'copy-source': source, ...own } });
    const done = await copy('raw%2Fk');
    const stored = emulator.model.getObject('archive', 'k');
    expect([done.headers['etag'], pick(done, 'ETag'), stored?.userMetadata, stored?.acl]).toEqual([
      undefined,
      `"${stored?.etag}"`,
      { a: '1' },
      'default',
    ]);
    await copy('/raw/k', { 'metadata-directive': 'REPLACE', 'meta-b': '2' });
    expect(emulator.model.getObject('archive', 'k')?.userMetadata).toEqual({ b: '2' });
    expect(outcome(await copy('/raw/s'))).toEqual([400, 'EntityTooLarge']);
    const encryption = { 'x-obs-server-side-encryption': 'kms', 'x-obs-server-side-encryption-kms-key-id': 'id' };
    emulator.model.putObject('raw', 'e', Buffer.from('x'), { encryption });
    expect(outcome(await copy('/raw/e'))).toEqual([400, 'InvalidRequest']);
  });

  it('list in pages', async () => {
    await using emulator = await world();
    for (const key of ['a', 'dir/1', 'dir/2', 'ä&<']) {
      emulator.model.putObject('archive', key, Buffer.from(key));
    }
    const page = (query: string) => send(emulator, { ...at, bucket: 'archive', path: `/?${query}` });
    const names = (text: string) => [...text.matchAll(/<(?:Key|Prefix)>([^<]+)</g)].map(([, name]) => name);
    const first = await page('delimiter=/&max-keys=2');
    expect([names(first.text), pick(first, 'NextMarker')]).toEqual([['a', 'dir/'], 'dir/']);
    expect(names((await page('delimiter=/&marker=dir/&encoding-type=url')).text)).toEqual(['%C3%A4%26%3C']);
    expect(names((await page('prefix=dir/')).text)).toEqual(['dir/', 'dir/1', 'dir/2']);
    expect(outcome(await page('max-keys=x'))).toEqual([400, 'InvalidArgument']);
    expect(outcome(await send(emulator, { ...at, bucket: 'archive', method: 'PATCH' }))).toEqual([
      405,
      'MethodNotAllowed',
    ]);
    expect(
      outcome(await send(emulator, { ...at, method: 'PUT', body: 'x', headers: { 'content-md5': 'bad' } })),
    ).toEqual([400, 'BadDigest']);
  });

  it('OBS-8 say on every answer with which managed key they are encrypted', async () => {
    await using emulator = await world();
    const keyName = scheme === 'OBS' ? 'server-side-encryption-kms-key-id' : 'server-side-encryption-aws-kms-key-id';
    const kms = {
      'server-side-encryption': scheme === 'OBS' ? 'kms' : 'aws:kms',
      [keyName]: '0d0466b0-e727-4d9c-b35d-f84bb474a37f',
    };
    const said = {
      [`${prefix}server-side-encryption`]: kms['server-side-encryption'],
      // The id alone is named; the answer has the whole name.
      [`${prefix}${keyName}`]: expect.stringMatching(/^[\w-]+:\w+:key\/0d0466b0-e727-4d9c-b35d-f84bb474a37f$/),
    };
    const { begin, copy, complete } = await upload(emulator, kms, scheme);
    const part = await copy(1, 'bytes=0-9');
    const done = await complete([[1, pick(part, 'ETag')]]);
    const head = await send(emulator, { ...at, bucket: 'archive', path: '/d', method: 'HEAD' });
    for (const reply of [begin, part, done, head]) {
      expect([reply.status, reply.headers]).toEqual([200, expect.objectContaining(said)]);
    }
    const wrong = await send(emulator, { ...at, method: 'PUT', own: { 'server-side-encryption': 'rot13' } });
    expect(outcome(wrong)).toEqual([400, 'InvalidEncryptionAlgorithmError']);
    const own = await send(emulator, { ...at, method: 'PUT', own: { 'server-side-encryption': 'AES256' } });
    expect(own.status).toBe(scheme === 'OBS' ? 200 : 400);
  });

  it('OBS-6 want the same key of the client at Initiate and with every part', async () => {
    await using emulator = await world();
    const key = customerKey('mine');
    const { begin, copy, put, complete } = await upload(emulator, key, scheme);
    const md5Name = 'server-side-encryption-customer-key-md5';
    expect(begin.headers[`${prefix}${md5Name}`]).toBe(key[md5Name]);
    expect(outcome(await copy(1, 'bytes=0-9'))).toEqual([400, 'InvalidRequest']);
    expect(outcome(await copy(1, 'bytes=0-9', customerKey('other')))).toEqual([400, 'InvalidRequest']);
    expect(outcome(await put(1, Buffer.from('x')))).toEqual([400, 'InvalidRequest']);
    const part = await copy(1, 'bytes=0-9', key);
    expect([part.status, part.headers[`${prefix}${md5Name}`]]).toEqual([200, key[md5Name]]);
    expect((await complete([[1, pick(part, 'ETag')]])).status).toBe(200);
    const plain = await upload(emulator, {}, scheme);
    expect(outcome(await plain.copy(1, 'bytes=0-9', key))).toEqual([400, 'InvalidRequest']);
    const broken = { ...key, [md5Name]: 'AAAA' };
    expect((await upload(emulator, broken, scheme)).begin.status).toBe(400);
    const alone = { 'server-side-encryption-customer-algorithm': 'AES256' };
    expect(codeOf((await upload(emulator, alone, scheme)).begin)).toBe('InvalidRequest');
  });

  it('OBS-7 want the key of the source for HEAD, GET and every copied part', async () => {
    await using emulator = await world();
    const key = customerKey('source');
    expect((await send(emulator, { ...at, method: 'PUT', body: 'secret', own: key })).status).toBe(200);
    for (const method of ['HEAD', 'GET']) {
      expect(outcome(await send(emulator, { ...at, method }))).toEqual([400, 'InvalidRequest']);
      expect(outcome(await send(emulator, { ...at, method, own: customerKey('other') }))).toEqual([
        403,
        'AccessDenied',
      ]);
      expect((await send(emulator, { ...at, method, own: key })).status).toBe(200);
    }
    const { copy } = await upload(emulator, {}, scheme);
    expect(outcome(await copy(1, undefined, {}, '/raw/k'))).toEqual([400, 'InvalidRequest']);
    expect(outcome(await copy(1, undefined, customerKey('other', 'copy-source-'), '/raw/k'))).toEqual([
      403,
      'AccessDenied',
    ]);
    expect((await copy(1, undefined, customerKey('source', 'copy-source-'), '/raw/k')).status).toBe(200);
    expect(outcome(await copy(1, undefined, customerKey('source', 'copy-source-')))).toEqual([400, 'InvalidRequest']);
  });

  it('keep tags', async () => {
    await using emulator = await world();
    await send(emulator, { ...at, method: 'PUT', body: 'x', own: { tagging: 'a=1&b%20c=2%2B3' } });
    const head = await send(emulator, { ...at, method: 'HEAD' });
    expect(head.headers[`${prefix}tagging-count`]).toBe('2');
    const tags = await send(emulator, { ...at, path: '/k?tagging' });
    expect(tags.text).toContain('<Tag><Key>b c</Key><Value>2+3</Value></Tag>');
  });
});
