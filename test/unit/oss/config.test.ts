import { describe, expect, it } from 'vitest';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import { ossSchema } from '../../../shared/provider/oss/config.ts';
import { bucketProblem, keyProblem, OSS_CAPABILITIES, OSS_LIMITS } from '../../../shared/provider/oss/limits.ts';
import { PROVIDERS, providerOf } from '../../../shared/provider/registry.ts';
import { parse } from '../../../shared/schema.ts';
import { credentials, NOW } from './canned-server.ts';

const STORE = {
  provider: 'oss',
  region: 'cn-hangzhou',
  endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
  credentials: { env: 'OSS' },
  buckets: ['raw', 'results-*'],
};

const read = (more: object) => parse(ossSchema, { ...STORE, ...more }, 'Store', 'InvalidConfig');

describe('an OSS store of the stores file', () => {
  it('has defaults', () => {
    expect(read({})).toEqual({
      ...STORE,
      addressing: 'virtual',
      signature: 'v4',
      insecure: false,
      maxInFlight: 1024,
    });
  });

  it.each([
    ['public', {}],
    ['internal', { endpoint: 'https://oss-cn-hangzhou-internal.aliyuncs.com' }],
    ['dual stack', { endpoint: 'https://cn-hangzhou.oss.aliyuncs.com' }],
    ['acceleration', { endpoint: 'https://oss-accelerate.aliyuncs.com' }],
    ['overseas acceleration', { endpoint: 'https://oss-accelerate-overseas.aliyuncs.com' }],
    ['upper case', { endpoint: 'HTTPS://OSS-CN-HANGZHOU.aliyuncs.com' }],
    ['another region', { region: 'us-west-1', endpoint: 'https://oss-us-west-1.aliyuncs.com' }],
    ['a finance zone', { region: 'cn-hzjbp', endpoint: 'https://oss-cn-hzjbp-a-internal.aliyuncs.com' }],
    ['another host', { endpoint: 'https://storage.example.com:8443', addressing: 'path' }],
    ['this machine', { endpoint: 'http://oss.localhost:9000' }],
    ['loopback', { endpoint: 'http://127.0.0.1:9000', addressing: 'path' }],
    ['loopback of IPv6', { endpoint: 'http://[::1]:9000', addressing: 'path' }],
    ['plain http on purpose', { endpoint: 'http://storage.example.com', insecure: true }],
    ['a secret', { credentials: { secret: 'arn:x' }, signature: 'v1', maxInFlight: 1, buckets: ['*'] }],
  ])('OSS-19 accepts %s', (_, more) => {
    expect(read(more)).toMatchObject({ provider: 'oss' });
  });

  it.each<readonly [object, string]>([
    [{ provider: 's3' }, 'provider must be "oss", but is "s3".'],
    [
      { region: 'oss-cn-hangzhou' },
      'region must be the bare region id, leave out oss- (cn-hangzhou, not oss-cn-hangzhou).',
    ],
    [{ region: 'CN Hangzhou' }, 'region must be a bare region id, for example cn-hangzhou.'],
    [{ region: undefined }, 'region is missing.'],
    [{ region: 'cn-beijing' }, 'region is cn-beijing, but the endpoint is in cn-hangzhou, make them equal.'],
    [
      { region: 'cn-beijing', endpoint: 'https://oss-cn-hangzhou-internal.aliyuncs.com' },
      'region is cn-beijing, but the endpoint is in cn-hangzhou, make them equal.',
    ],
    [
      { region: 'cn-beijing', endpoint: 'https://cn-hangzhou.oss.aliyuncs.com' },
      'region is cn-beijing, but the endpoint is in cn-hangzhou, make them equal.',
    ],
    ...[
      'oss-cn-hangzhou.aliyuncs.com',
      'https://oss-cn-hangzhou.aliyuncs.com/',
      'https://u:p@oss-cn-hangzhou.aliyuncs.com',
    ].map(
      (endpoint) =>
        [
          { endpoint },
          'endpoint must be scheme, host and port only, for example https://oss-cn-hangzhou.aliyuncs.com, without path, query or user name.',
        ] as const,
    ),
    [
      { endpoint: 'http://oss-cn-hangzhou.aliyuncs.com' },
      'endpoint uses plain http, which shows the data to everybody on the way, use https or set insecure: true.',
    ],
    [
      { endpoint: 'http://169.254.169.254', insecure: true, addressing: 'path' },
      "endpoint is the link-local or metadata address 169.254.169.254, give the object store's own endpoint.",
    ],
    [
      { endpoint: 'https://100.100.100.200', addressing: 'path' },
      "endpoint is the link-local or metadata address 100.100.100.200, give the object store's own endpoint.",
    ],
    [
      { endpoint: 'https://[fe80::1]', addressing: 'path' },
      "endpoint is the link-local or metadata address [fe80::1], give the object store's own endpoint.",
    ],
    [
      { endpoint: 'https://s3.oss-cn-hangzhou.aliyuncs.com' },
      'endpoint is the S3 door of OSS, use provider s3 or leave out s3. from the host.',
    ],
    [
      { endpoint: 'https://raw.oss-cn-hangzhou.aliyuncs.com' },
      'endpoint begins with the bucket raw, leave that out: every request says its bucket itself.',
    ],
    [
      { addressing: 'path' },
      'addressing is path, which Alibaba Cloud refuses (SecondLevelDomainForbidden), use virtual.',
    ],
    [
      { endpoint: 'http://127.0.0.1:9000' },
      'addressing is virtual, but no bucket can stand in front of an IP address, use path.',
    ],
    [{ addressing: 'both' }, 'addressing must be "virtual" or "path", but is "both".'],
    [{ signature: 'v2' }, 'signature must be "v1" or "v4", but is "v2".'],
    [{ buckets: [] }, 'buckets is empty, name at least one bucket that may be used.'],
    [
      { buckets: ['raw', 'Raw_1'] },
      'buckets.1 must be a bucket name of 3 to 63 lower-case letters, digits and hyphens; a * may stand at its end only.',
    ],
    [
      { buckets: ['a*b'] },
      'buckets.0 must be a bucket name of 3 to 63 lower-case letters, digits and hyphens; a * may stand at its end only.',
    ],
    [{ maxInFlight: 0 }, 'maxInFlight must be a whole number from 1 to 5120.'],
    [{ maxInFlight: 1.5 }, 'maxInFlight must be a whole number from 1 to 5120.'],
    [
      { credentials: { env: 'A', secret: 'B' } },
      'credentials must have either env (a prefix of environment variables) or secret (the name of a secret), and nothing else.',
    ],
    [{ credentials: { env: '' } }, 'credentials.env must not be empty.'],
    [{ acessKey: 'x' }, 'acessKey is not a known field, remove or rename it.'],
  ])('OSS-19 refuses %j', (more, sentence) => {
    expect(() => read(more)).toThrow(expect.objectContaining({ name: 'InvalidConfig', message: `Store: ${sentence}` }));
  });
});

describe('names', () => {
  it.each(['abc', '0-9', 'a'.repeat(63), 'my-bucket'])('takes the bucket %s', (bucket) => {
    expect(bucketProblem(bucket)).toBeUndefined();
  });

  it.each(['', 'ab', 'a'.repeat(64), '-abc', 'abc-', 'Abc', 'a.b.c', 'a_b', 'a/b', 'a@b', 'a:b', 'a\nb', 'abc\n'])(
    'refuses the bucket %j',
    (bucket) => {
      expect(bucketProblem(bucket)).toMatch(/3 to 63/);
    },
  );

  it.each(['a', '数'.repeat(341), 'a//b', '../x', './.', 'a\u0000\r\nb', ' ', '?versionId=1'])(
    'takes the key %j',
    (key) => {
      expect(keyProblem(key)).toBeUndefined();
    },
  );

  it.each([
    ['', /1 to 1023 bytes/],
    ['数'.repeat(342), /not 1026/],
    ['/a', /does not begin/],
    ['\\a', /does not begin/],
    ['a\ud800', /surrogate/],
  ])('refuses the key %j', (key, problem) => {
    expect(keyProblem(key)).toMatch(problem);
  });
});

describe('the registry', () => {
  it('lists OSS with its limits', () => {
    expect(Object.keys(PROVIDERS)).toContain('oss');
    expect(providerOf('oss')).toMatchObject({ name: 'oss', limits: OSS_LIMITS });
    expect(providerOf('toString')).toBeUndefined();
    expect(OSS_LIMITS.maxParts * OSS_LIMITS.maxPartBytes).toBe(OSS_LIMITS.maxObjectBytes);
  });

  it('opens a store from what the schema gave', () => {
    const provider = providerOf('oss');
    const config = provider === undefined ? undefined : parse(provider.schema, STORE, 'Store');
    if (provider === undefined || config === undefined) throw new Error('no provider');
    const context = { transport: createTransport(), credentials: async () => credentials, now: () => NOW };
    expect(provider.createStore(config, context)).toMatchObject({
      provider: 'oss',
      limits: OSS_LIMITS,
      capabilities: OSS_CAPABILITIES,
    });
    expect(() => provider.createStore({ ...config, region: 'x y' }, context)).toThrow(/region/);
  });
});
