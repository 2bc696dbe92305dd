import { Agent } from 'node:http';
import OSS from 'ali-oss';
import { afterAll, describe, expect, it } from 'vitest';
import { KEYS_WITHOUT_DOT_SEGMENTS } from '#test/conformance/weird-keys.ts';
import { demoOssAccount, type OssEmulator, startOssEmulator } from '#test/emulators/oss/emulator.ts';

/** Finds `*.localhost`, which getaddrinfo does not know everywhere. */
const agent = new Agent({
  keepAlive: true,
  lookup: (_host, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
});
afterAll(() => agent.destroy());

const { accessKeyId, secretAccessKey } = demoOssAccount;
const mib = 2 ** 20;
const keys = ['plain.bin', ...KEYS_WITHOUT_DOT_SEGMENTS];
const styles = [
  { name: 'V1, virtual hosts', authorizationV4: false, byIp: false },
  { name: 'V4, virtual hosts', authorizationV4: true, byIp: false },
  { name: 'V1, by IP', authorizationV4: false, byIp: true },
  { name: 'V4, by IP', authorizationV4: true, byIp: true },
];

type Style = (typeof styles)[number];

function client(emulator: OssEmulator, style: Style, accessKeySecret = secretAccessKey, bucket = 'archive'): OSS {
  return new OSS({
    accessKeyId,
    accessKeySecret,
    bucket,
    endpoint: style.byIp ? emulator.endpoint : emulator.virtualHostEndpoint,
    region: 'oss-cn-hangzhou',
    authorizationV4: style.authorizationV4,
    agent,
  });
}

describe.each(styles)('ali-oss in $name', (style) => {
  it.each(keys)('puts, reads, copies in one and in parts, and deletes %s', async (key) => {
    await using emulator = await startOssEmulator({ buckets: ['raw', 'archive'] });
    const oss = client(emulator, style);
    await oss.put(key, Buffer.from('content'), { meta: { author: 'alice' } });
    expect((await oss.get(key)).content.toString()).toBe('content');
    const head = await oss.head(key);
    expect([head.meta?.['author'], head.res.headers['content-length']]).toEqual(['alice', '7']);

    await oss.copy(`copy of ${key}`, key, 'archive');
    expect((await oss.get(`copy of ${key}`)).content.toString()).toBe('content');

    const source = emulator.model.putVirtualObject('raw', key, 3 * mib + 5, 11);
    const copied = await oss.multipartUploadCopy(key, { sourceKey: key, sourceBucketName: 'raw' }, { partSize: mib });
    const stored = emulator.model.getObject('archive', key);
    expect(copied.etag).toBe(`"${stored?.etag}"`);
    expect([stored?.type, stored?.crc64]).toEqual(['Multipart', source.crc64]);
    expect(emulator.requests.count('UploadPartCopy')).toBe(4);

    expect((await oss.list({ 'max-keys': 10 })).objects.map(({ name }) => name)).toContain(key);
    await oss.delete(key);
    await expect(oss.head(key)).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  it('lists parts and uploads, aborts', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw', 'archive'] });
    emulator.model.putVirtualObject('raw', 's +%', mib);
    const oss = client(emulator, style);
    const { uploadId } = await oss.initMultipartUpload('d +%');
    const part = (n: number) =>
      oss.uploadPartCopy('d +%', uploadId, n, '0-9', { sourceKey: 's +%', sourceBucketName: 'raw' });
    expect((await part(1)).res.headers['content-range']).toBe(`bytes 0-9/${mib}`);
    await part(2);
    expect((await oss.listParts('d +%', uploadId)).parts).toMatchObject([{ Size: '10' }, { PartNumber: '2' }]);
    expect(await oss.listUploads({ 'max-uploads': 10, prefix: 'd ' })).toMatchObject({
      uploads: [{ name: 'd +%', uploadId }],
    });
    expect((await oss.abortMultipartUpload('d +%', uploadId)).res.status).toBe(204);
    await expect(oss.listParts('d +%', uploadId)).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 });
  });

  it('uses versions, tags, ACLs, appends and listings', async () => {
    await using emulator = await startOssEmulator({ buckets: ['archive'] });
    const oss = client(emulator, style);
    await oss.putBucketVersioning('archive', 'Enabled');
    expect((await oss.getBucketVersioning('archive')).versionStatus).toBe('Enabled');
    const first = await oss.put('k', Buffer.from('one'));
    await oss.put('k', Buffer.from('two'));
    const versionId = first.res.headers['x-oss-version-id'];
    expect((await oss.get('k', { versionId })).content.toString()).toBe('one');
    await oss.copy('restored', 'k', 'archive', { versionId });
    expect((await oss.get('restored')).content.toString()).toBe('one');
    expect((await oss.listV2({ 'max-keys': 5 })).keyCount).toBe(2);
    await oss.putObjectTagging('k', { a: '1', 'b c': '2+3' });
    expect((await oss.getObjectTagging('k')).tag).toEqual({ a: '1', 'b c': '2+3' });
    expect((await oss.getACL('k')).acl).toBe('default');
    expect((await oss.append('log', Buffer.from('abc'))).nextAppendPosition).toBe('3');
  });

  it('is refused with a wrong secret', async () => {
    await using emulator = await startOssEmulator({ buckets: ['archive'] });
    const oss = client(emulator, style, 'wrong');
    await expect(oss.put('k', Buffer.from('x'))).rejects.toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 });
    await expect(oss.head('k')).rejects.toMatchObject({ status: 403 });
  });
});

describe('ali-oss', () => {
  it('is refused in V4 for a region that the endpoint does not serve', async () => {
    await using emulator = await startOssEmulator({ region: 'cn-beijing', buckets: ['archive'] });
    const oss = client(emulator, { name: '', authorizationV4: true, byIp: false });
    await expect(oss.put('k', Buffer.from('x'))).rejects.toMatchObject({ code: 'InvalidArgument' });
  });

  it('sends a temporary token that is verified', async () => {
    await using emulator = await startOssEmulator({
      buckets: ['archive'],
      accounts: [{ ...demoOssAccount, sessionToken: 'a token/+=' }],
    });
    for (const authorizationV4 of [false, true]) {
      const oss = new OSS({
        accessKeyId,
        accessKeySecret: secretAccessKey,
        stsToken: 'a token/+=',
        refreshSTSToken: async () => ({ accessKeyId, accessKeySecret: secretAccessKey, stsToken: 'a token/+=' }),
        bucket: 'archive',
        region: 'oss-cn-hangzhou',
        endpoint: emulator.virtualHostEndpoint,
        authorizationV4,
        agent,
      });
      expect((await oss.put('k', Buffer.from('x'))).res.status).toBe(200);
    }
  });

  it('signs URLs of both kinds that open without headers', async () => {
    await using emulator = await startOssEmulator({ buckets: ['archive'] });
    emulator.model.putObject('archive', 'a b+c.txt', Buffer.from('content'));
    const oss = client(emulator, { name: '', authorizationV4: true, byIp: false });
    const urls = [oss.signatureUrl('a b+c.txt', { expires: 60 }), await oss.signatureUrlV4('GET', 60, {}, 'a b+c.txt')];
    for (const url of urls) {
      const { pathname, search } = new URL(url);
      const ask = (target: string) => fetch(`${emulator.endpoint}/archive${target}`);
      expect(await (await ask(pathname + search)).text()).toBe('content');
      expect((await ask(pathname.replace('a', 'b') + search)).status).toBe(403);
    }
  });
});
