import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { encodeKey } from './oss-client.ts';
import { customerKey, head, pick, refusalOf, send, upload } from './qingstor-client.ts';
import { world } from './qingstor-world.ts';

const source = 'x-qs-copy-source-encryption-customer-';

describe('copy sources', () => {
  it.each(['a b/c d', 'plus+', '数据/视频', '100%/done%20', 'what?version_id=x', '#1', 'dot/../x', "!'()*", 'a//b'])(
    'QS-1 decodes the key %s once',
    async (key) => {
      await using emulator = await world();
      emulator.model.putObject('raw', key, Buffer.from('content'));
      const { copy } = await upload(emulator);
      expect((await copy(0, undefined, {}, `/raw/${encodeKey(key)}`)).status).toBe(201);
      expect((await copy(1, undefined, {}, `/raw/${encodeURIComponent(key)}`)).status).toBe(201);
    },
  );

  it.each(['raw/s', '/raw', '/raw/', '//s', '', 's', '/raw/%', '/raw/%FF', '/raw/a b', '/raw/数'])(
    'QS-1 refuses the malformed source "%s"',
    async (value) => {
      await using emulator = await world();
      const { copy } = await upload(emulator);
      expect(refusalOf(await copy(0, undefined, {}, value))).toEqual([400, 'invalid_argument']);
    },
  );

  it('QS-1 tells a missing object from a missing bucket', async () => {
    await using emulator = await world();
    const { copy } = await upload(emulator);
    expect(refusalOf(await copy(0, undefined, {}, '/raw/none'))).toEqual([404, 'object_not_exists']);
    expect(refusalOf(await copy(0, undefined, {}, '/none/s'))).toEqual([404, 'bucket_not_exists']);
  });

  it('QS-5 holds all four conditions against the source, and answers 412 when one fails', async () => {
    const now = new Date('2024-03-05T06:07:08Z');
    await using emulator = await world({ clock: () => now });
    const { copy } = await upload(emulator);
    const etag = emulator.model.getObject('raw', 's')?.etag ?? '';
    const before = new Date(now.getTime() - 1000).toUTCString();
    const same = now.toUTCString();
    const cases = [
      ['match', `"${etag}"`, 201],
      ['match', `%22${etag}%22`, 201],
      ['match', etag.toUpperCase(), 201],
      ['match', '"other"', 412],
      ['none-match', '"other"', 201],
      ['none-match', `"${etag}"`, 412],
      ['unmodified-since', same, 201],
      ['unmodified-since', before, 412],
      ['modified-since', before, 201],
      ['modified-since', same, 412],
    ] as const;
    for (const [name, value, status] of cases) {
      const condition = { [`x-qs-copy-source-if-${name}`]: value };
      const part = await copy(0, 'bytes=0-9', condition);
      expect([name, value, part.status]).toEqual([name, value, status]);
      const whole = await send(emulator, {
        method: 'PUT',
        bucket: 'archive',
        path: '/whole',
        headers: { 'x-qs-copy-source': '/raw/s', ...condition },
      });
      expect(whole.status).toBe(status);
      expect(pick(part, 'code')).toBe(status === 412 ? 'precondition_failed' : undefined);
    }
  });

  it('QS-6 refuses a source in another zone, and a bucket that another zone serves', async () => {
    await using emulator = await world({ buckets: ['archive', { name: 'far', region: 'sh1a' }] });
    emulator.model.putObject('far', 's', Buffer.from('x'));
    const { copy } = await upload(emulator);
    const reply = await copy(0, undefined, {}, '/far/s');
    expect(refusalOf(reply)).toEqual([400, 'invalid_argument']);
    expect(pick(reply, 'message')).toContain('zone sh1a');
    expect(refusalOf(await send(emulator, { bucket: 'far', path: '/s' }))).toEqual([400, 'invalid_location']);
  });

  it('QS-10 refuses who may not write to the destination or read the source', async () => {
    const account = { accessKeyId: 'QYread', secretAccessKey: 's' };
    const denied = [
      { action: 'upload_multipart', bucket: 'archive' },
      { action: 'create_object', bucket: 'archive' },
      { action: 'get_object', bucket: 'secret' },
    ];
    await using emulator = await world({
      accounts: [{ ...account, deniedActions: denied }],
      buckets: ['raw', 'archive', 'secret', 'open'],
    });
    emulator.model.putObject('secret', 's', Buffer.from('x'));
    const { copy } = await upload(emulator);
    expect(refusalOf(await copy(0))).toEqual([403, 'permission_denied']);
    const whole = (bucket: string, from: string) =>
      send(emulator, { method: 'PUT', bucket, path: '/d', headers: { 'x-qs-copy-source': from } });
    expect(refusalOf(await whole('archive', '/raw/s'))).toEqual([403, 'permission_denied']);
    expect(refusalOf(await whole('open', '/secret/s'))).toEqual([403, 'permission_denied']);
    expect((await whole('open', '/raw/s')).status).toBe(201);
  });
});

describe("QS-7 a customer's keys", () => {
  it('QS-7 are needed on both sides of a copied part, and only the algorithm comes back', async () => {
    await using emulator = await world();
    const from = customerKey('source');
    const to = customerKey('destination');
    await send(emulator, { method: 'PUT', bucket: 'raw', path: '/e', body: 'content', headers: from });
    const { begun, copy, complete } = await upload(emulator, to);
    expect(begun.headers['x-qs-encryption-customer-algorithm']).toBe('AES256');
    const both = { ...to, ...customerKey('source', source) };
    expect(refusalOf(await copy(0, undefined, to, '/raw/e'))).toEqual([400, 'invalid_argument']);
    expect(refusalOf(await copy(0, undefined, customerKey('source', source), '/raw/e'))).toEqual([
      400,
      'invalid_argument',
    ]);
    for (const wrong of [customerKey('wrong', source), customerKey('wrong')]) {
      expect(refusalOf(await copy(0, undefined, { ...both, ...wrong }, '/raw/e'))).toEqual([403, 'permission_denied']);
    }
    const copied = await copy(0, undefined, both, '/raw/e');
    expect([copied.status, copied.headers['x-qs-encryption-customer-algorithm']]).toEqual([201, 'AES256']);
    expect(Object.keys(copied.headers).filter((name) => name.includes('key'))).toEqual([]);

    expect(refusalOf(await complete([{ part_number: 0 }]))).toEqual([400, 'invalid_argument']);
    expect((await complete([{ part_number: 0 }], to)).status).toBe(201);
    const got = await send(emulator, { bucket: 'archive', path: '/d', headers: to });
    expect([got.text, got.headers['x-qs-encryption-customer-algorithm']]).toEqual(['content', 'AES256']);
    expect(inspect(emulator.model.getObject('archive', 'd'))).not.toContain(to['x-qs-encryption-customer-key'] ?? '?');
  });

  it('QS-7 are checked by GET, and by HEAD where they are given', async () => {
    await using emulator = await world();
    await send(emulator, { method: 'PUT', bucket: 'raw', path: '/e', body: 'x', headers: customerKey('k') });
    expect(refusalOf(await send(emulator, { bucket: 'raw', path: '/e' }))).toEqual([400, 'invalid_argument']);
    expect((await head(emulator, 'raw', '/e')).headers['x-qs-encryption-customer-algorithm']).toBe('AES256');
    expect((await head(emulator, 'raw', '/e', customerKey('k'))).status).toBe(200);
    expect((await head(emulator, 'raw', '/e', customerKey('wrong'))).status).toBe(403);
    expect((await head(emulator, 'raw', '/s', customerKey('k'))).status).toBe(400);
  });

  it('QS-7 are all three or none, and have to fit each other', async () => {
    await using emulator = await world();
    const key = customerKey('k');
    const prefix = 'x-qs-encryption-customer-';
    for (const wrong of [
      { [`${prefix}algorithm`]: 'AES256' },
      { ...key, [`${prefix}algorithm`]: 'AES128' },
      { ...key, [`${prefix}key`]: Buffer.alloc(16).toString('base64') },
      { ...key, [`${prefix}key-md5`]: customerKey('other')[`${prefix}key-md5`] ?? '' },
    ]) {
      const reply = await send(emulator, { method: 'PUT', bucket: 'raw', path: '/e', headers: wrong });
      expect(refusalOf(reply)).toEqual([400, 'invalid_argument']);
      expect(reply.text).not.toContain(key[`${prefix}key`]);
    }
  });

  it('QS-7 encrypt a one-shot copy anew, and Complete may go without by a switch', async () => {
    await using emulator = await world({ quirks: { keyAtComplete: false } });
    const put = (path: string, headers: Record<string, string>) =>
      send(emulator, { method: 'PUT', bucket: 'archive', path, headers, body: '' });
    await put('/e', customerKey('k'));
    const again = { 'x-qs-copy-source': '/archive/e', ...customerKey('k', source), ...customerKey('new') };
    expect((await put('/f', again)).headers['x-qs-encryption-customer-algorithm']).toBe('AES256');
    expect((await send(emulator, { bucket: 'archive', path: '/f', headers: customerKey('new') })).status).toBe(200);
    const { copy, complete } = await upload(emulator, customerKey('k'));
    await copy(0, undefined, customerKey('k'));
    expect((await complete([{ part_number: 0 }])).status).toBe(201);
  });
});
