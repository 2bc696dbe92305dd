import { rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sdk from 'qingstor-sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KEYS_WITHOUT_DOT_SEGMENTS } from '#test/conformance/weird-keys.ts';
import { demoQingstorAccount, type QingstorEmulator } from '#test/emulators/qingstor/emulator.ts';
import { customerKey } from './qingstor-client.ts';
import { leastPart, mib, world } from './qingstor-world.ts';

/** Finds `*.localhost`, which getaddrinfo does not know everywhere. */
const agent = new Agent({
  keepAlive: true,
  lookup: (_host, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
});

// Without a file of its own the SDK writes one into the home directory.
const path = join(tmpdir(), `objectferry-qingstor-${process.pid}.yaml`);

beforeAll(() => {
  writeFileSync(path, 'log_level: "error"\n');
  vi.stubEnv('QINGSTOR_CONFIG_PATH', path);
});
afterAll(() => {
  rmSync(path);
  vi.unstubAllEnvs();
  agent.destroy();
});

function open(
  emulator: QingstorEmulator,
  virtualHosts: boolean,
  { bucket = 'archive', secret = demoQingstorAccount.secretAccessKey } = {},
) {
  const config = new sdk.Config({
    access_key_id: demoQingstorAccount.accessKeyId,
    secret_access_key: secret,
    endpoint: emulator.virtualHostEndpoint,
    enable_virtual_host_style: virtualHosts,
    getAxiosConfig: () => ({
      httpAgent: agent,
      responseType: 'arraybuffer',
      // The SDK names the zone as the host whatever the style; without that the real one is sent.
      transformRequest: [
        (data, headers) => {
          delete headers['host'];
          return data;
        },
      ],
    }),
  });
  return new sdk.QingStor(config).Bucket(bucket, emulator.region);
}

function json(data: Buffer): unknown {
  return JSON.parse(data.toString());
}

const keys = ['plain.bin', ...KEYS_WITHOUT_DOT_SEGMENTS];

describe.each([
  { name: 'path style', virtualHosts: false },
  { name: 'virtual hosts', virtualHosts: true },
])('QS-9 qingstor-sdk in $name', ({ virtualHosts }) => {
  it.each(keys)('puts, reads, copies in parts and deletes %s', async (key) => {
    await using emulator = await world();
    const bucket = open(emulator, virtualHosts);
    expect((await bucket.putObject(key, { body: Buffer.from('content') })).status).toBe(201);
    expect((await bucket.getObject(key)).data.toString()).toBe('content');
    expect((await bucket.getObject(key, { range: 'bytes=1-3' })).data.toString()).toBe('ont');
    expect((await bucket.headObject(key)).headers).toMatchObject({ 'content-length': '7' });
    expect((await bucket.deleteObject(key)).status).toBe(204);

    const size = leastPart + 5;
    // The SDK encodes the header itself, as a whole: a question mark stays one, and would begin the version.
    const sourceKey = key.replace('?', '');
    const source = emulator.model.putVirtualObject('raw', sourceKey, size, 11);
    const begun = await bucket.initiateMultipartUpload(key, { 'content-type': 'video/mp4' });
    const { uploadId } = emulator.model.openUploads('archive')[0] ?? { uploadId: '' };
    expect(json(begun.data)).toEqual({ bucket: 'archive', key, upload_id: uploadId });
    for (const [part, range] of [`bytes=0-${leastPart - 1}`, `bytes=${leastPart}-${size - 1}`].entries()) {
      const copied = await bucket.uploadMultipart(key, {
        upload_id: uploadId,
        // As a text: the SDK drops the number 0.
        part_number: String(part),
        'x-qs-copy-range': range,
        'x-qs-copy-source': `/raw/${sourceKey}`,
        'x-qs-copy-source-if-match': `"${source.etag}"`,
      });
      expect([copied.status, copied.data.length]).toEqual([201, 0]);
      expect(copied.headers['x-qs-content-copy-range']).toBe(`${range.replace('=', ' ')}/${size}`);
    }
    const listed = await bucket.listMultipart(key, { upload_id: uploadId, limit: 1000 });
    expect(json(listed.data)).toMatchObject({
      count: 2,
      object_parts: [
        { part_number: 0, size: leastPart },
        { part_number: 1, size: 5 },
      ],
    });
    const done = await bucket.completeMultipartUpload(key, {
      upload_id: uploadId,
      etag: '"my-own-mark"',
      object_parts: [{ part_number: 0 }, { part_number: 1 }],
    });
    expect([done.status, done.data.length]).toEqual([201, 0]);
    const head = await bucket.headObject(key);
    expect(head.headers).toMatchObject({ etag: '"my-own-mark"', 'content-type': 'video/mp4' });
    expect(emulator.model.getObject('archive', key)?.content.crc64()).toBe(source.content.crc64());
  });

  it('lists objects and uploads, uploads bytes, aborts twice', async () => {
    await using emulator = await world();
    const bucket = open(emulator, virtualHosts);
    await bucket.putObject('a/1', { body: Buffer.from('1') });
    await bucket.putObject('b', { body: Buffer.from('2') });
    expect(json((await bucket.listObjects({ delimiter: '/', limit: 10 })).data)).toMatchObject({
      keys: [{ key: 'b', size: 1 }],
      common_prefixes: ['a/'],
    });
    await bucket.initiateMultipartUpload('d +%');
    const { uploadId } = emulator.model.openUploads('archive')[0] ?? { uploadId: '' };
    expect(json((await bucket.listMultipartUploads({ prefix: 'd ' })).data)).toMatchObject({
      limit: 200,
      uploads: [{ key: 'd +%', upload_id: uploadId }],
    });
    const part = { upload_id: uploadId, part_number: '0', body: Buffer.alloc(mib, 1) };
    expect((await bucket.uploadMultipart('d +%', part)).headers['etag']).toMatch(/^"[0-9a-f]{32}"$/);
    expect((await bucket.abortMultipartUpload('d +%', { upload_id: uploadId })).status).toBe(204);
    expect((await bucket.abortMultipartUpload('d +%', { upload_id: uploadId })).status).toBe(204);
    await expect(bucket.listMultipart('d +%', { upload_id: uploadId })).rejects.toMatchObject({
      response: { status: 404 },
    });
  });

  it('reads and writes what a customer has encrypted', async () => {
    await using emulator = await world();
    const bucket = open(emulator, virtualHosts);
    const key = customerKey('mine');
    await bucket.putObject('secret', { body: Buffer.from('content'), ...key });
    expect((await bucket.getObject('secret', key)).data.toString()).toBe('content');
    await expect(bucket.getObject('secret')).rejects.toMatchObject({ response: { status: 400 } });
    await expect(bucket.getObject('secret', customerKey('other'))).rejects.toMatchObject({ response: { status: 403 } });
  });

  it('is refused with a wrong secret', async () => {
    await using emulator = await world();
    const bucket = open(emulator, virtualHosts, { secret: 'wrong' });
    const refused = { response: { status: 401 } };
    await expect(bucket.putObject('k', { body: Buffer.from('x') })).rejects.toMatchObject(refused);
    await expect(bucket.headObject('k')).rejects.toMatchObject(refused);
    await expect(bucket.uploadMultipart('k', { upload_id: 'x', part_number: '0' })).rejects.toMatchObject(refused);
    expect(emulator.model.listVersions('archive')).toEqual([]);
  });
});
