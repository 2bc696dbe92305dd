import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { setImmediate as ready } from 'node:timers/promises';
import ObsClient from 'esdk-obs-nodejs';
import { afterAll, describe, expect, it } from 'vitest';
import { LEADING_SLASH_KEY, WEIRD_KEYS } from '#test/conformance/weird-keys.ts';
import { demoObsAccount, type ObsEmulator, startObsEmulator } from '#test/emulators/obs/emulator.ts';
import { sendRaw } from './oss-client.ts';

/** Finds `*.localhost`, which getaddrinfo does not know everywhere. */
const agent = new Agent({
  keepAlive: true,
  lookup: (_host, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
});
afterAll(() => agent.destroy());

const { accessKeyId, secretAccessKey } = demoObsAccount;
const mib = 2 ** 20;
const partBytes = 5 * mib;
const size = 2 * partBytes + 5;
/** The SDK takes what stands behind a raw question mark in a copy source for the version. */
const readAsVersion = 'what?versionId=x';
const keys = ['plain.bin', LEADING_SLASH_KEY, ...WEIRD_KEYS.filter((key) => key !== readAsVersion)];
interface Style {
  readonly name: string;
  readonly signature: 'obs' | 'v2';
  readonly pathStyle: boolean;
  readonly v4: boolean;
}

// The SDK speaks the native dialect only to virtual hosts; its version 4 is reached by replacing a private field.
const styles: readonly Style[] = [
  { name: 'obs, virtual hosts', signature: 'obs', pathStyle: false, v4: false },
  { name: 'v2, virtual hosts', signature: 'v2', pathStyle: false, v4: false },
  { name: 'v2, path style', signature: 'v2', pathStyle: true, v4: false },
  { name: 'v4, virtual hosts', signature: 'v2', pathStyle: false, v4: true },
  { name: 'v4, path style', signature: 'v2', pathStyle: true, v4: true },
];

interface Keys {
  readonly secret?: string;
  readonly token?: string;
}

async function client(
  emulator: ObsEmulator,
  style: Style,
  { secret = secretAccessKey, token }: Keys = {},
): Promise<ObsClient> {
  const obs = new ObsClient({
    access_key_id: accessKeyId,
    secret_access_key: secret,
    server: style.pathStyle ? emulator.endpoint : emulator.virtualHostEndpoint,
    signature: style.signature,
    path_style: style.pathStyle,
    is_signature_negotiation: false,
    max_retry_count: 0,
    region: emulator.region,
    http_agent: agent,
    ...(token === undefined ? {} : { security_token: token }),
  });
  // The constructor returns before it has read its options.
  await ready();
  if (style.v4) {
    obs.util.signatureContext = {
      signature: 'v4',
      headerPrefix: 'x-amz-',
      headerMetaPrefix: 'x-amz-meta-',
      authPrefix: 'AWS',
      stsToken: 'x-amz-security-token',
    };
  }
  return obs;
}

describe.each(styles)('esdk-obs-nodejs in $name', (style) => {
  it.each(keys)('puts, reads, copies in one and in parts, lists and deletes %s', async (key) => {
    await using emulator = await startObsEmulator({ buckets: ['raw', 'archive'] });
    const obs = await client(emulator, style);
    const at = { Bucket: 'archive', Key: key };
    const put = await obs.putObject({ ...at, Body: 'content', Metadata: { author: 'alice' } });
    const etag = createHash('md5').update('content').digest('hex');
    expect([put.CommonMsg.Status, put.InterfaceResult?.ETag]).toEqual([200, `"${etag}"`]);
    expect(String((await obs.getObject(at)).InterfaceResult?.Content)).toBe('content');
    const head = await obs.getObjectMetadata(at);
    expect(head.InterfaceResult).toMatchObject({ ContentLength: '7', Metadata: { author: 'alice' } });

    const copied = await obs.copyObject({ Bucket: 'archive', Key: `copy of ${key}`, CopySource: `archive/${key}` });
    expect(copied.InterfaceResult?.ETag).toBe(`"${etag}"`);

    const source = emulator.model.putVirtualObject('raw', key, size, 11);
    const UploadId = (await obs.initiateMultipartUpload(at)).InterfaceResult?.UploadId;
    const ranges = [
      `bytes=0-${partBytes - 1}`,
      `bytes=${partBytes}-${2 * partBytes - 1}`,
      `bytes=${2 * partBytes}-${size - 1}`,
    ];
    for (const [index, CopySourceRange] of ranges.entries()) {
      const part = { ...at, UploadId, PartNumber: index + 1, CopySource: `raw/${key}`, CopySourceRange };
      expect((await obs.copyPart(part)).InterfaceResult?.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    }
    const Parts = (await obs.listParts({ ...at, UploadId })).InterfaceResult?.Parts ?? [];
    expect(Parts.map((part) => Number(part.Size))).toEqual([partBytes, partBytes, 5]);
    const done = await obs.completeMultipartUpload({ ...at, UploadId, Parts });
    const stored = emulator.model.getObject('archive', key);
    expect(done.InterfaceResult?.ETag).toBe(`"${stored?.etag}"`);
    expect([stored?.content.size, stored?.content.crc64()]).toEqual([size, source.content.crc64()]);

    const listed = await obs.listObjects({ Bucket: 'archive' });
    expect(listed.InterfaceResult?.Contents?.map(({ Key }) => Key)).toContain(key);
    expect((await obs.deleteObject(at)).CommonMsg.Status).toBe(204);
    expect((await obs.getObjectMetadata(at)).CommonMsg.Status).toBe(404);
  });

  it('lists uploads, aborts, and sees versions', async () => {
    await using emulator = await startObsEmulator({ buckets: ['raw', 'archive'] });
    const obs = await client(emulator, style);
    const at = { Bucket: 'archive', Key: 'd +%' };
    const UploadId = (await obs.initiateMultipartUpload(at)).InterfaceResult?.UploadId;
    const body = { ...at, UploadId, PartNumber: 1, Body: 'part' };
    expect((await obs.uploadPart(body)).InterfaceResult?.ETag).toMatch(/^"/);
    const uploads = await obs.listMultipartUploads({ Bucket: 'archive', Prefix: 'd ', MaxUploads: 10 });
    expect(uploads.InterfaceResult?.Uploads).toMatchObject([{ Key: 'd +%', UploadId }]);
    expect((await obs.abortMultipartUpload({ ...at, UploadId })).CommonMsg.Status).toBe(204);
    const gone = await obs.listParts({ ...at, UploadId });
    expect(gone.CommonMsg).toMatchObject({ Status: 404, Code: 'NoSuchUpload' });
    expect(gone.CommonMsg.RequestId).toMatch(/^[0-9A-F]{32}$/);
    expect(uploads.InterfaceResult?.Id2).toMatch(/.+/);

    await obs.setBucketVersioningConfiguration({ Bucket: 'archive', VersionStatus: 'Enabled' });
    const first = await obs.putObject({ ...at, Body: 'one' });
    await obs.putObject({ ...at, Body: 'two' });
    const VersionId = first.InterfaceResult?.VersionId;
    expect(String((await obs.getObject({ ...at, VersionId })).InterfaceResult?.Content)).toBe('one');
    expect((await obs.listVersions({ Bucket: 'archive' })).InterfaceResult?.Versions).toHaveLength(2);
  });

  it('is refused with a wrong secret, and accepted with a token', async () => {
    await using emulator = await startObsEmulator({ buckets: ['archive'] });
    const wrong = await client(emulator, style, { secret: 'wrong' });
    const refused = await wrong.putObject({ Bucket: 'archive', Key: 'k', Body: 'x' });
    expect(refused.CommonMsg).toMatchObject({ Status: 403, Code: 'SignatureDoesNotMatch' });
    await using temporary = await startObsEmulator({
      buckets: ['archive'],
      accounts: [{ ...demoObsAccount, sessionToken: 'token/+=' }],
    });
    const put = await (await client(temporary, style, { token: 'token/+=' })).putObject({
      Bucket: 'archive',
      Key: 'k',
      Body: 'x',
    });
    expect(put.CommonMsg.Status).toBe(200);
    const without = await (await client(temporary, style)).putObject({ Bucket: 'archive', Key: 'k', Body: 'x' });
    expect(without.CommonMsg.Code).toBe('InvalidToken');
  });
});

describe('esdk-obs-nodejs', () => {
  it.each(['obs', 'v2'] as const)('makes %s URLs that work', async (signature) => {
    await using emulator = await startObsEmulator({ buckets: ['raw'] });
    emulator.model.putObject('raw', 'a b', Buffer.from('content'));
    const obs = await client(emulator, { name: '', signature, pathStyle: false, v4: false });
    const { SignedUrl } = obs.createSignedUrlSync({ Method: 'GET', Bucket: 'raw', Key: 'a b', Expires: 60 });
    const [, host = '', target = ''] = /^http:\/\/([^/]+)(.*)$/.exec(SignedUrl) ?? [];
    const reply = await sendRaw(emulator.endpoint, 'GET', target, { host });
    expect([reply.status, reply.text]).toEqual([200, 'content']);
  });

  it('finds out that the native dialect is spoken', async () => {
    await using emulator = await startObsEmulator({ buckets: ['raw'] });
    const obs = new ObsClient({
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
      server: emulator.virtualHostEndpoint,
      is_signature_negotiation: true,
      max_retry_count: 0,
      http_agent: agent,
    });
    await ready();
    expect((await obs.putObject({ Bucket: 'raw', Key: 'k', Body: 'x' })).CommonMsg.Status).toBe(200);
    expect(emulator.requests.count('HeadApiVersion')).toBe(1);
    expect(emulator.requests.recent.at(-1)?.headers.get('authorization')).toMatch(/^OBS /);
  });
});
