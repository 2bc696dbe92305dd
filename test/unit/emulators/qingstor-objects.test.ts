import { describe, expect, it } from 'vitest';
import { head, pick, refusalOf, send } from './qingstor-client.ts';
import { world } from './qingstor-world.ts';

const now = new Date('2024-03-05T06:07:08Z');

describe('objects', () => {
  it('puts with 201, describes, reads ranges, deletes with 204', async () => {
    await using emulator = await world({ clock: () => now });
    const headers = { 'content-type': 'text/plain', 'x-qs-meta-author': 'alice', expires: now.toUTCString() };
    const put = await send(emulator, { method: 'PUT', bucket: 'archive', path: '/k', body: 'content', headers });
    expect([put.status, put.headers['etag'], put.text]).toEqual([201, '"9a0364b9e99bb480dd25e1f0284c8555"', '']);
    expect((await head(emulator, 'archive', '/k')).headers).toMatchObject({
      'content-length': '7',
      'content-type': 'text/plain',
      etag: '"9a0364b9e99bb480dd25e1f0284c8555"',
      expires: now.toUTCString(),
      'last-modified': now.toUTCString(),
      'x-qs-meta-author': 'alice',
      'x-qs-storage-class': 'STANDARD',
      'x-qs-request-id': '0000000000000002',
    });
    const get = (range: string, path = '/k') => send(emulator, { bucket: 'archive', path, headers: { range } });
    const part = await get('bytes=1-3');
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'ont', 'bytes 1-3/7']);
    expect((await get('bytes=-2')).text).toBe('nt');
    expect(refusalOf(await get('bytes=7-'))).toEqual([416, 'invalid_range']);
    const overridden = await send(emulator, { bucket: 'archive', path: '/k?response-content-type=a%2Fb' });
    expect(overridden.headers['content-type']).toBe('a/b');
    for (let time = 0; time < 2; time += 1) {
      expect((await send(emulator, { method: 'DELETE', bucket: 'archive', path: '/k' })).status).toBe(204);
    }
    expect((await head(emulator, 'archive', '/k')).status).toBe(404);
  });

  it('QS-8 answers errors as JSON documents, and HEAD with the status only', async () => {
    await using emulator = await world();
    const reply = await send(emulator, { bucket: 'archive', path: '/none' });
    expect([reply.status, reply.headers['content-type']]).toEqual([404, 'application/json']);
    expect(JSON.parse(reply.text)).toEqual({
      code: 'object_not_exists',
      message: expect.stringContaining('does not exist'),
      request_id: reply.headers['x-qs-request-id'],
      url: expect.stringMatching(/^https:/),
    });
    const bare = await head(emulator, 'archive', '/none');
    expect([bare.status, bare.text, bare.headers['content-type']]).toEqual([404, '', undefined]);
    expect(bare.headers['x-qs-request-id']).toBe('0000000000000002');
  });

  it('QS-8 names what is not there, not allowed or not well-formed', async () => {
    await using emulator = await world();
    const ask = (method: string, path: string, headers: Record<string, string> = {}, bucket = 'archive') =>
      send(emulator, { method, bucket, path, headers });
    expect(refusalOf(await ask('GET', '/k', {}, 'nowhere'))).toEqual([404, 'bucket_not_exists']);
    expect(refusalOf(await ask('PATCH', '/k'))).toEqual([405, 'method_not_allowed']);
    expect(refusalOf(await ask('PUT', '//leading'))).toEqual([400, 'invalid_object_name']);
    expect(refusalOf(await ask('PUT', `/${'k'.repeat(1024)}`))).toEqual([400, 'invalid_object_name']);
    expect((await ask('PUT', `/${'k'.repeat(1023)}`)).status).toBe(201);
    expect(refusalOf(await ask('GET', '/%E6'))).toEqual([400, 'invalid_argument']);
    expect(refusalOf(await ask('PUT', '/k', { 'x-qs-storage-class': 'GLACIER' }))).toEqual([400, 'invalid_argument']);
    const large = { 'x-qs-meta-a': 'x'.repeat(2048) };
    expect(refusalOf(await ask('PUT', '/k', large))).toEqual([400, 'metadata_too_large']);
    expect(refusalOf(await ask('PUT', '/k', { 'x-qs-meta-a': '数' }))).toEqual([400, 'invalid_argument']);
    expect(refusalOf(await ask('PUT', '/k', { 'content-md5': 'AAAA' }))).toEqual([400, 'bad_digest']);
  });

  it('holds the conditions of a read: 412 or 304', async () => {
    await using emulator = await world({ clock: () => now });
    const etag = emulator.model.getObject('raw', 's')?.etag ?? '';
    for (const [name, value, status] of [
      ['if-match', `"${etag}"`, 200],
      ['if-match', '"other"', 412],
      ['if-none-match', `"${etag}"`, 304],
      ['if-modified-since', now.toUTCString(), 304],
      ['if-unmodified-since', new Date(0).toUTCString(), 412],
    ] as const) {
      expect((await head(emulator, 'raw', '/s', { [name]: value })).status).toBe(status);
    }
  });

  it('copies in one call up to 5 GB, with metadata by directive', async () => {
    const size = 5 * 2 ** 30;
    await using emulator = await world({}, size);
    emulator.model.putVirtualObject('raw', 'more', size + 1);
    emulator.model.putObject('raw', 'm', Buffer.from('content'), {
      contentHeaders: { 'content-type': 'text/plain' },
      userMetadata: { a: '1' },
    });
    const copy = (source: string, headers: Record<string, string> = {}) =>
      send(emulator, {
        method: 'PUT',
        bucket: 'archive',
        path: '/d',
        headers: { 'x-qs-copy-source': source, ...headers },
      });
    const whole = await copy('/raw/s');
    expect([whole.status, whole.text, whole.headers['etag']]).toEqual([
      201,
      '',
      `"${emulator.model.getObject('archive', 'd')?.etag}"`,
    ]);
    expect(refusalOf(await copy('/raw/more'))).toEqual([400, 'entity_too_large']);
    await copy('/raw/m');
    expect((await head(emulator, 'archive', '/d')).headers).toMatchObject({
      'x-qs-meta-a': '1',
      'content-type': 'text/plain',
    });
    await copy('/raw/m', { 'x-qs-metadata-directive': 'replace', 'x-qs-meta-b': '2' });
    const replaced = (await head(emulator, 'archive', '/d')).headers;
    expect([replaced['x-qs-meta-a'], replaced['x-qs-meta-b']]).toEqual([undefined, '2']);
    expect(refusalOf(await copy('/raw/m', { 'x-qs-metadata-directive': 'maybe' }))).toEqual([400, 'invalid_argument']);
    await using silent = await world({ quirks: { etagOnCopy: false } });
    const reply = await send(silent, {
      method: 'PUT',
      bucket: 'raw',
      path: '/t',
      headers: { 'x-qs-copy-source': '/raw/s' },
    });
    expect([reply.status, reply.headers['etag']]).toEqual([201, undefined]);
  });

  it('keeps versions: by id, restored by a copy, and hidden by a delete marker', async () => {
    await using emulator = await world({ buckets: [{ name: 'archive', versioning: 'enabled' }] });
    const ask = (method: string, path: string, headers: Record<string, string> = {}, body = '') =>
      send(emulator, { method, bucket: 'archive', path, headers, body });
    const first = (await ask('PUT', '/k', {}, 'one')).headers['x-qs-version-id'];
    const second = (await ask('PUT', '/k', {}, 'two')).headers['x-qs-version-id'];
    expect((await ask('GET', `/k?version_id=${first}`)).text).toBe('one');
    const restored = await ask('PUT', '/k', { 'x-qs-copy-source': `/archive/k?version_id=${first}` });
    expect([first, second]).not.toContain(restored.headers['x-qs-version-id']);
    expect((await ask('GET', '/k')).text).toBe('one');

    const deleted = (await ask('DELETE', '/k')).headers;
    expect(deleted['x-qs-delete-marker']).toBe('true');
    const gone = await ask('HEAD', '/k');
    expect([gone.status, gone.headers['x-qs-delete-marker']]).toEqual([404, 'true']);
    for (const source of ['/archive/k', `/archive/k?version_id=${deleted['x-qs-version-id']}`]) {
      expect(refusalOf(await ask('PUT', '/c', { 'x-qs-copy-source': source }))).toEqual([404, 'object_not_exists']);
    }
    expect((await ask('HEAD', `/k?version_id=${second}`)).headers['x-qs-version-id']).toBe(second);
  });
});

describe('buckets', () => {
  it('are made, looked at, listed in pages and deleted when empty', async () => {
    await using emulator = await world({ buckets: [] });
    const ask = (method: string, path = '/', bucket = 'new-bucket') => send(emulator, { method, bucket, path });
    expect((await ask('HEAD')).status).toBe(404);
    expect((await ask('PUT')).status).toBe(201);
    expect(refusalOf(await ask('PUT'))).toEqual([409, 'bucket_already_exists']);
    expect(refusalOf(await ask('PUT', '/', 'short'))).toEqual([400, 'invalid_bucket_name']);
    expect((await ask('HEAD')).status).toBe(200);
    for (const key of ['a', 'b/1', 'b/2', 'c']) {
      emulator.model.putObject('new-bucket', key, Buffer.from(key));
    }
    const page = await ask('GET', '/?limit=2&delimiter=%2F');
    expect(JSON.parse(page.text)).toMatchObject({
      keys: [{ key: 'a', size: 1 }],
      common_prefixes: ['b/'],
      has_more: true,
      next_marker: 'b/',
    });
    const rest = await ask('GET', '/?delimiter=%2F&marker=b%2F');
    expect([pick(rest, 'common_prefixes'), pick(rest, 'has_more'), pick(rest, 'limit')]).toEqual([[], false, 200]);
    expect(refusalOf(await ask('DELETE'))).toEqual([409, 'bucket_not_empty']);
    for (const key of ['a', 'b/1', 'b/2', 'c']) {
      emulator.model.deleteObject('new-bucket', key);
    }
    expect((await ask('DELETE')).status).toBe(204);
  });
});
