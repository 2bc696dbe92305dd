import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { LEADING_SLASH_KEY, WEIRD_KEYS } from '#test/conformance/weird-keys.ts';
import { demoS3Account, type S3Emulator } from '#test/emulators/s3/emulator.ts';
import { encodeKey } from './oss-client.ts';
import { mib, world } from './s3-client.ts';

/** Finds `*.localhost`, which getaddrinfo does not know everywhere. */
const agent = new Agent({
  keepAlive: true,
  lookup: (_host, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
});
afterAll(() => agent.destroy());

const keys = ['plain.bin', LEADING_SLASH_KEY, ...WEIRD_KEYS];
const styles = [
  { name: 'path style', forcePathStyle: true },
  { name: 'virtual hosts', forcePathStyle: false },
];

type Style = (typeof styles)[number];

function client(emulator: S3Emulator, style: Style, credentials: Partial<typeof demoS3Account> = {}): S3Client {
  return new S3Client({
    endpoint: style.forcePathStyle ? emulator.endpoint : emulator.virtualHostEndpoint,
    region: emulator.region,
    forcePathStyle: style.forcePathStyle,
    credentials: { ...demoS3Account, ...credentials },
    requestHandler: { httpAgent: agent },
    maxAttempts: 1,
  });
}

function from(key: string, bucket = 'raw'): string {
  return `${bucket}/${encodeKey(key)}`;
}

describe.each(styles)('S3-1 @aws-sdk/client-s3 with $name', (style) => {
  it.each(keys)('puts, reads, copies in one and in parts, and deletes %s', async (Key) => {
    await using emulator = await world();
    const s3 = client(emulator, style);
    const Bucket = 'archive';
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'content', Metadata: { author: 'alice' } }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe('content');
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect([head.ContentLength, head.Metadata, head.ChecksumType]).toEqual([7, { author: 'alice' }, 'FULL_OBJECT']);
    const copy = await s3.send(new CopyObjectCommand({ Bucket, Key: `copy of ${Key}`, CopySource: from(Key, Bucket) }));
    expect([copy.CopyObjectResult?.ETag, copy.CopyObjectResult?.ChecksumCRC32]).toEqual([
      head.ETag,
      head.ChecksumCRC32,
    ]);

    const source = emulator.model.putVirtualObject('raw', Key, 12 * mib + 5, 11);
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC64NVME' }),
    );
    const ranges = [`bytes=0-${6 * mib - 1}`, `bytes=${6 * mib}-${12 * mib + 4}`];
    for (const [i, CopySourceRange] of ranges.entries()) {
      const input = { Bucket, Key, UploadId, PartNumber: i + 1, CopySource: from(Key), CopySourceRange };
      await s3.send(new UploadPartCopyCommand(input));
    }
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    const Parts = (listed.Parts ?? []).map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    expect(listed.Parts?.map(({ Size }) => Size)).toEqual([6 * mib, 6 * mib + 5]);
    const open = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(open.Uploads?.map((one) => [one.Key, one.UploadId])).toEqual([[Key, UploadId]]);
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );
    const whole = await s3.send(new HeadObjectCommand({ Bucket: 'raw', Key, ChecksumMode: 'ENABLED' }));
    expect(done.ChecksumCRC64NVME).toBe(whole.ChecksumCRC64NVME);
    expect(emulator.model.getObject(Bucket, Key)?.content.crc64()).toBe(source.content.crc64());
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);

    const objects = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(objects.Contents?.map((one) => one.Key)).toContain(Key);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(emulator.model.getObject(Bucket, Key)).toBeUndefined();
  });

  it('sends parts of real bytes, checked one by one and together', async () => {
    await using emulator = await world();
    const s3 = client(emulator, style);
    const target = { Bucket: 'archive', Key: 'parts' };
    const begun = new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'CRC32' });
    const { UploadId, ChecksumAlgorithm } = await s3.send(begun);
    const Parts = [];
    for (const [i, Body] of [Buffer.alloc(5 * mib, 1), Buffer.from('tail')].entries()) {
      const part = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: i + 1, Body }));
      Parts.push({ PartNumber: i + 1, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 });
    }
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    expect([ChecksumAlgorithm, done.ChecksumType]).toEqual(['CRC32', 'COMPOSITE']);
    expect(emulator.model.getObject('archive', 'parts')?.content.size).toBe(5 * mib + 4);
  });

  it('sends a stream in aws-chunked form, and gets ranges', async () => {
    await using emulator = await world();
    const s3 = client(emulator, style);
    const bytes = Buffer.alloc(200_000, 'abc');
    const put = new PutObjectCommand({
      Bucket: 'archive',
      Key: 'stream',
      Body: Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]),
      ContentLength: bytes.length,
      ContentEncoding: 'gzip',
    });
    await s3.send(put);
    expect(emulator.requests.recent[0]?.headers.get('x-amz-content-sha256')).toMatch(/^STREAMING-/);
    const stored = emulator.model.getObject('archive', 'stream');
    expect(stored?.content.toBuffer().equals(bytes)).toBe(true);
    expect(stored?.contentHeaders['content-encoding']).toBe('gzip');
    const part = await s3.send(new GetObjectCommand({ Bucket: 'archive', Key: 'stream', Range: 'bytes=3-8' }));
    expect([part.ContentRange, await part.Body?.transformToString()]).toEqual(['bytes 3-8/200000', 'abcabc']);
  });

  it('tags, aborts, and reads refusals', async () => {
    await using emulator = await world();
    const s3 = client(emulator, style);
    const target = { Bucket: 'archive', Key: 'k' };
    await s3.send(new PutObjectCommand({ ...target, Body: 'x', Tagging: 'a=1&b=%20' }));
    expect((await s3.send(new GetObjectTaggingCommand(target))).TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: ' ' },
    ]);
    const Tagging = { TagSet: [{ Key: 'team', Value: 'a & b' }] };
    await s3.send(new PutObjectTaggingCommand({ ...target, Tagging }));
    expect((await s3.send(new GetObjectTaggingCommand(target))).TagSet).toEqual(Tagging.TagSet);
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    await s3.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    await expect(s3.send(new ListPartsCommand({ ...target, UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    await expect(s3.send(new GetObjectCommand({ ...target, Key: 'none' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    await expect(s3.send(new HeadObjectCommand({ ...target, Key: 'none' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('is refused with a wrong secret, an unknown key or a wrong token', async () => {
    await using emulator = await world({
      accounts: [demoS3Account, { ...demoS3Account, accessKeyId: 'ASIA', sessionToken: 't' }],
    });
    const ask = (credentials: object) =>
      client(emulator, style, credentials).send(new GetObjectCommand({ Bucket: 'raw', Key: 's', Range: 'bytes=0-0' }));
    await expect(ask({ secretAccessKey: 'wrong' })).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    await expect(ask({ accessKeyId: 'nobody' })).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    await expect(ask({ accessKeyId: 'ASIA', sessionToken: 'u' })).rejects.toMatchObject({ name: 'InvalidToken' });
    expect((await ask({ accessKeyId: 'ASIA', sessionToken: 't' })).ContentLength).toBe(1);
  });
});

describe('S3-3 faults through @aws-sdk/client-s3', () => {
  it.each(['CopyObject', 'UploadPartCopy', 'CompleteMultipartUpload'])('an error in a 200 of %s', async (operation) => {
    await using emulator = await world({ quirks: { leadingBlanks: true } });
    const [style = { name: '', forcePathStyle: true }] = styles;
    const s3 = client(emulator, style);
    const target = { Bucket: 'archive', Key: 'k' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'CRC64NVME' }));
    const attempt = async () => {
      await s3.send(new CopyObjectCommand({ ...target, CopySource: 'raw/s' }));
      const part = { ...target, UploadId, PartNumber: 1, CopySource: 'raw/s' };
      const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(part));
      const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
      return s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    };
    const fault = { kind: 'error-in-200', code: 'SlowDown' } as const;
    emulator.faults.setPlan({ seed: 1, rules: [{ operation, times: 1, fault }] });
    await expect(attempt()).rejects.toMatchObject({ name: 'SlowDown' });
    expect((await attempt()).ETag).toMatch(/-1"$/);
  });
});
