import { describe, expect, it } from 'vitest';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import { createS3Store } from '../../../shared/provider/s3/client.ts';
import { s3Schema } from '../../../shared/provider/s3/config.ts';
import { bucketProblem, keyProblem, S3_LIMITS } from '../../../shared/provider/s3/limits.ts';
import { s3 } from '../../../shared/provider/s3/provider.ts';
import { parse } from '../../../shared/schema.ts';
import { credentials, NOW } from '../oss/canned-server.ts';
import { failure } from '../oss/fixtures.ts';
import { configOf } from './canned-s3.ts';

const STORE = {
  provider: 's3',
  region: 'eu-west-1',
  endpoint: 'https://s3.eu-west-1.amazonaws.com',
  credentials: { env: 'S3' },
  buckets: ['raw', 'results-*'],
};
const QUIRKS = {
  copyConditions: 'honoured',
  forbidOverwrite: true,
  forbidOverwriteByCopy: true,
  checksums: true,
  tags: true,
  versions: true,
  acl: true,
  etagMayBeAbsent: false,
  storageClasses: true,
  encryption: ['provider', 'kms', 'customer'],
  exactPartSource: true,
  minPartBytes: 5 * 1024 ** 2,
  maxMetadataBytes: 2048,
  maxParts: 10_000,
};

const read = (more: object) => parse(s3Schema, { ...STORE, ...more }, 'Store', 'InvalidConfig');
const GIB = 1024 ** 3;

describe('an S3 store of the stores file', () => {
  it('has defaults of Amazon', () => {
    expect(read({})).toEqual({ ...STORE, addressing: 'virtual', insecure: false, maxInFlight: 1024, quirks: QUIRKS });
  });

  it.each([
    ['dual stack', { endpoint: 'https://s3.dualstack.eu-west-1.amazonaws.com' }],
    ['FIPS', { region: 'us-gov-west-1', endpoint: 'https://s3-fips.us-gov-west-1.amazonaws.com' }],
    ['the old form', { endpoint: 'https://s3-eu-west-1.amazonaws.com' }],
    ['global', { endpoint: 'https://s3.amazonaws.com' }],
    ['acceleration', { endpoint: 'https://s3-accelerate.amazonaws.com' }],
    ['China', { region: 'cn-north-1', endpoint: 'https://s3.cn-north-1.amazonaws.com.cn' }],
    ['a VPC endpoint', { endpoint: 'https://bucket.vpce-1a-2b.s3.eu-west-1.vpce.amazonaws.com' }],
    ['MinIO', { region: 'us-east-1', endpoint: 'http://127.0.0.1:9000', addressing: 'path' }],
    ['R2', { region: 'auto', endpoint: 'https://0123.r2.cloudflarestorage.com', quirks: { tags: false } }],
    ['Ceph', { region: 'default', endpoint: 'http://ceph.example.com', insecure: true, quirks: { checksums: false } }],
    ['a bucket with dots in path style', { addressing: 'path', buckets: ['my.bucket'] }],
    ['a bucket with dots over http', { endpoint: 'http://s3.localhost:9000', buckets: ['my.bucket'] }],
  ])('S3-1 accepts %s', (_, more) => {
    expect(read(more)).toMatchObject({ provider: 's3' });
  });

  it.each<readonly [object, string]>([
    [{ provider: 'oss' }, 'provider must be "s3", but is "oss".'],
    [
      { endpoint: 'https://raw.s3.eu-west-1.amazonaws.com' },
      'endpoint begins with the bucket raw, leave that out: every request says its bucket itself.',
    ],
    [
      { endpoint: 'https://raw.v2.s3-eu-west-1.amazonaws.com' },
      'endpoint begins with the bucket raw.v2, leave that out: every request says its bucket itself.',
    ],
    [
      { quirks: { encryption: ['sse'] } },
      'quirks.encryption.0 must be "provider" or "kms" or "customer", but is "sse".',
    ],
    [{ quirks: { minPartBytes: 0 } }, 'quirks.minPartBytes must be a whole number from 1 to 5368709120.'],
    [{ quirks: { maxMetadataBytes: 1.5 } }, 'quirks.maxMetadataBytes must be a whole number from 1 to 32768.'],
    [{ region: 'eu west' }, 'region must be the region that requests are signed for'],
    [{ region: 'us-east-1' }, 'region is us-east-1, but the endpoint is in eu-west-1, make them equal.'],
    [{ endpoint: 'https://s3.amazonaws.com/bucket' }, 'endpoint must be scheme, host and port only'],
    [{ endpoint: 'http://s3.eu-west-1.amazonaws.com' }, 'endpoint uses plain http'],
    [{ endpoint: 'http://169.254.169.254', addressing: 'path' }, 'endpoint is the link-local or metadata address'],
    [{ endpoint: 'https://192.0.2.1' }, 'addressing is virtual, but no bucket can stand in front of an IP address'],
    [{ buckets: ['my.bucket'] }, 'buckets has a name with a dot: no certificate covers my.bucket'],
    [{ buckets: ['UPPER'] }, 'buckets.0 must be a bucket name'],
    [{ buckets: [] }, 'buckets is empty'],
    [{ signature: 'v2' }, 'signature is not a known field, remove or rename it.'],
    [{ quirks: { tag: false } }, 'quirks.tag is not a known field, remove or rename it.'],
    [{ quirks: { maxParts: 0 } }, 'quirks.maxParts must be a whole number from 1 to 10000.'],
    [{ quirks: { maxObjectBytes: 1.5 } }, 'quirks.maxObjectBytes must be a whole number'],
    [{ quirks: { copyConditions: false } }, 'quirks.copyConditions must be'],
    [{ maxInFlight: 0 }, 'maxInFlight must be a whole number from 1 to 5120.'],
    [{ credentials: { env: 'A', secret: 'B' } }, 'credentials must have either env'],
  ])('refuses %j', (more, message) => {
    expect(() => read(more)).toThrow(message);
  });
});

describe('limits, capabilities and names', () => {
  const open = (more: object) =>
    createS3Store(configOf(more), {
      transport: createTransport(),
      credentials: async () => credentials,
      now: () => NOW,
    });

  it('S3-2 has the limits of Amazon', () => {
    expect(open({}).limits).toEqual(S3_LIMITS);
    expect(S3_LIMITS).toEqual({
      maxObjectBytes: 50_000 * GIB,
      maxCopyObjectBytes: 5 * GIB,
      minPartBytes: 5 * 1024 ** 2,
      maxPartBytes: 5 * GIB,
      maxParts: 10_000,
      maxKeyBytes: 1024,
      maxMetadataBytes: 2048,
      maxPageItems: 1000,
    });
  });

  it('S3-2 a store that does less says so', () => {
    expect(open({ quirks: { maxParts: 1000 } }).limits).toMatchObject({ maxParts: 1000, maxObjectBytes: 5000 * GIB });
    expect(open({ quirks: { maxObjectBytes: GIB } }).limits.maxObjectBytes).toBe(GIB);
    expect(open({}).capabilities).toEqual({
      versions: true,
      tags: true,
      acl: true,
      storageClasses: true,
      encryption: ['provider', 'kms', 'customer'],
      partConditions: true,
      partConditionsProven: true,
      exactPartSource: true,
      partRangeReported: false,
      sparePartNumbers: 'withoutChecksum',
      etagMayBeAbsent: false,
      forbidOverwrite: true,
      appendable: 'absent',
      checksums: ['crc64nvme', 'crc32c', 'crc32'],
    });
    expect(open({ quirks: { minPartBytes: 16, maxMetadataBytes: 8192 } }).limits).toMatchObject({
      minPartBytes: 16,
      maxMetadataBytes: 8192,
    });
    expect(open({ quirks: { encryption: ['customer'], exactPartSource: false } }).capabilities).toMatchObject({
      encryption: ['customer'],
      exactPartSource: false,
    });
    const off = { copyConditions: 'ignored', forbidOverwrite: false, checksums: false, tags: false, versions: false };
    expect(open({ quirks: { forbidOverwriteByCopy: false } }).capabilities.forbidOverwrite).toBe(false);
    expect(open({ quirks: { ...off, acl: false, storageClasses: false } }).capabilities).toMatchObject({
      versions: false,
      tags: false,
      acl: false,
      storageClasses: false,
      partConditions: false,
      forbidOverwrite: false,
      checksums: [],
    });
  });

  it.each([
    ['https://s3.eu-west-1.amazonaws.com', undefined, 'withoutChecksum'],
    ['https://s3.eu-west-1.amazonaws.com', false, 'never'],
    // Ceph refuses an upload that has more parts than are named, and does not say so before.
    ['https://storage.example.com', undefined, 'never'],
    ['https://storage.example.com', true, 'withoutChecksum'],
  ])('part numbers of %s may be spared with sparePartNumbers %s: %s', (endpoint, sparePartNumbers, allowed) => {
    expect(open({ endpoint, quirks: { sparePartNumbers } }).capabilities.sparePartNumbers).toBe(allowed);
  });

  it.each([
    ['https://s3.eu-west-1.amazonaws.com', true],
    ['https://s3-accelerate.amazonaws.com', true],
    ['https://bucket.vpce-1a-2b.s3.eu-west-1.vpce.amazonaws.com', true],
    ['https://storage.example.com', false],
    ['https://amazonaws.com.example.com', false],
  ])('%s is known to honour conditions on parts: %s', (endpoint, proven) => {
    expect(open({ endpoint }).capabilities).toMatchObject({ partConditions: true, partConditionsProven: proven });
    const ignored = open({ endpoint, quirks: { copyConditions: 'ignored' } });
    expect(ignored.capabilities).toMatchObject({ partConditions: false, partConditionsProven: false });
  });

  it.each(['abc', 'my.bucket-1', '0'.repeat(63)])('bucket %s is possible', (bucket) => {
    expect(bucketProblem(bucket)).toBeUndefined();
  });
  it.each(['ab', 'a..b', '-ab', 'ab-', 'Abc', '192.168.0.1', 'a/b', 'a'.repeat(64), 'a\r\nb'])(
    'bucket %j is not',
    (bucket) => {
      expect(bucketProblem(bucket)).toMatch(/^An S3 bucket name has/);
    },
  );
  it.each(['/leading', '//x', 'k'.repeat(1024), '数'.repeat(341), '..', '\n'])('key %j is possible', (key) => {
    expect(keyProblem(key)).toBeUndefined();
  });
  it.each(['', 'k'.repeat(1025), '数'.repeat(342), '\ud800'])('key %j is not', (key) => {
    expect(keyProblem(key)).toMatch(/^An S3 key/);
  });

  it('S3-1 copies from a dotted bucket, which only stands in a header', async () => {
    const sent: string[] = [];
    const store = createS3Store(configOf({}), {
      transport: async ({ origin, headers }) => {
        sent.push(`${origin} ${headers['x-amz-copy-source']}`);
        return { status: 500, headers: {}, body: new Uint8Array() };
      },
      credentials: async () => credentials,
      now: () => NOW,
    });
    const upload = { bucket: 'dst-bucket', key: 'k', uploadId: 'u' };
    await failure(store.uploadPartCopy({ upload, partNumber: 1, source: { bucket: 'my.bucket', key: 'k' } }));
    expect(sent).toEqual(['https://dst-bucket.s3.eu-west-1.amazonaws.com /my.bucket/k']);
  });

  it('S3-1 refuses a dotted bucket that no certificate covers, before anything is sent', async () => {
    const error = await failure(open({}).head({ object: { bucket: 'my.bucket', key: 'k' } }));
    expect(error).toMatchObject({ name: 'InvalidRequest', message: expect.stringContaining('addressing: path') });
  });
});

describe('how far S3 copies', () => {
  const amazon = configOf({});
  const virginia = configOf({ region: 'us-east-1', endpoint: 'https://s3.us-east-1.amazonaws.com' });
  const china = configOf({ region: 'cn-north-1', endpoint: 'https://s3.cn-north-1.amazonaws.com.cn' });
  const government = configOf({ region: 'us-gov-west-1', endpoint: 'https://s3.us-gov-west-1.amazonaws.com' });
  const minio = configOf({ region: 'us-east-1', endpoint: 'https://minio.example.com', addressing: 'path' });
  const other = configOf({ region: 'us-east-1', endpoint: 'https://notamazonaws.com', addressing: 'path' });

  it.each([
    [amazon, amazon],
    [amazon, virginia],
    [minio, { ...minio, region: 'eu-west-1' }],
  ])('S3-2 goes from %j to %j', (source, destination) => {
    expect(s3.copyProblem(source, destination)).toBeUndefined();
    expect(s3.sharesBuckets(source, destination)).toBe(true);
  });

  it.each([
    [amazon, china, 'one is in partition aws of Amazon, the other in aws-cn'],
    [government, amazon, 'one is in partition aws-us-gov of Amazon, the other in aws'],
    [configOf({ region: 'eusc-de-east-1', endpoint: 'https://s3.eusc-de-east-1.amazonaws.eu' }), amazon, 'aws-eusc'],
    [amazon, minio, 'the other at https://minio.example.com, and s3 copies only inside one store'],
    [minio, other, 'give both the same endpoint'],
    [amazon, other, 'give both the same endpoint'],
  ])('S3-2 does not go from %j to %j', (source, destination, message) => {
    expect(s3.copyProblem(source, destination)).toContain(message);
    expect(s3.sharesBuckets(source, destination)).toBe(false);
  });
});
