import { describe, expect, it } from 'vitest';
import type { StoreConfig } from '../../../shared/provider/provider.ts';
import { qingstorSchema } from '../../../shared/provider/qingstor/config.ts';
import {
  bucketProblem,
  keyProblem,
  QINGSTOR_CAPABILITIES,
  QINGSTOR_LIMITS,
} from '../../../shared/provider/qingstor/limits.ts';
import { qingstor } from '../../../shared/provider/qingstor/provider.ts';
import { parse } from '../../../shared/schema.ts';

const STORE = {
  provider: 'qingstor',
  region: 'pek3a',
  endpoint: 'https://pek3a.qingstor.com',
  credentials: { env: 'QS' },
  buckets: ['raw-data', 'res-*'],
};

const read = (more: object): StoreConfig => parse(qingstorSchema, { ...STORE, ...more }, 'Store', 'InvalidConfig');

describe('a QingStor store of the stores file', () => {
  it('QS-9 has defaults', () => {
    expect(read({})).toEqual({ ...STORE, addressing: 'virtual', insecure: false, maxInFlight: 256 });
  });

  it.each([
    ['path style', { addressing: 'path' }],
    ['upper case', { endpoint: 'HTTPS://PEK3A.qingstor.com' }],
    ['another zone', { region: 'gd2', endpoint: 'https://gd2.qingstor.com' }],
    ['a private installation', { region: 'a-1', endpoint: 'https://storage.example.com:8443' }],
    ['this machine', { endpoint: 'http://pek3a.localhost:9000' }],
    ['loopback', { endpoint: 'http://127.0.0.1:9000', addressing: 'path' }],
    ['plain http on purpose', { endpoint: 'http://storage.example.com', insecure: true }],
    ['all buckets', { buckets: ['*'], credentials: { secret: 'arn:x' }, maxInFlight: 5120 }],
  ])('QS-9 accepts %s', (_, more) => {
    expect(read(more)).toMatchObject({ provider: 'qingstor' });
  });

  it.each<readonly [object, string]>([
    [{ provider: 's3' }, 'provider must be "qingstor", but is "s3".'],
    [{ region: 'PEK3A' }, 'region must be the bare id of a zone, for example pek3a.'],
    [{ region: 'sh1a' }, 'region is sh1a, but the endpoint is in zone pek3a, make them equal.'],
    [
      { endpoint: 'https://originals.pek3a.qingstor.com' },
      'endpoint begins with the bucket originals, leave that out: every request says its bucket itself.',
    ],
    [{ endpoint: 'https://qingstor.com' }, 'endpoint names no zone, use https://pek3a.qingstor.com.'],
    [
      { endpoint: 'https://s3.pek3a.qingstor.com' },
      'endpoint is the S3 door of QingStor, use provider s3 or leave out s3. from the host.',
    ],
    [
      { endpoint: 'pek3a.qingstor.com' },
      'endpoint must be scheme, host and port only, for example https://pek3a.qingstor.com, without path, query or user name.',
    ],
    [
      { endpoint: 'http://pek3a.qingstor.com' },
      'endpoint uses plain http, which shows the data to everybody on the way, use https or set insecure: true.',
    ],
    [
      { endpoint: 'http://127.0.0.1:9000' },
      'addressing is virtual, but no bucket can stand in front of an IP address, use path.',
    ],
    [
      { buckets: ['short'] },
      'buckets.0 must be a bucket name of 6 to 63 lower-case letters, digits and hyphens; a * may stand at its end only.',
    ],
    [{ buckets: [] }, 'buckets is empty, name at least one bucket that may be used.'],
    [{ maxInFlight: 0 }, 'maxInFlight must be a whole number from 1 to 5120.'],
    [{ signature: 'v4' }, 'signature is not a known field, remove or rename it.'],
  ])('QS-9 refuses %j', (more, sentence) => {
    expect(() => read(more)).toThrow(expect.objectContaining({ name: 'InvalidConfig', message: `Store: ${sentence}` }));
  });
});

describe('what QingStor can do', () => {
  it('QS-6 copies only inside one zone', () => {
    expect(qingstor.copyProblem(read({}), read({}))).toBeUndefined();
    const other = read({ region: 'sh1a', endpoint: 'https://sh1a.qingstor.com' });
    expect(qingstor.copyProblem(read({}), other)).toBe(
      'one is in zone pek3a, the other in sh1a, and qingstor copies only inside one zone: choose a destination in zone pek3a.',
    );
    expect(qingstor.sharesBuckets(read({}), other)).toBe(true);
  });

  it('has the limits of its documents', () => {
    expect(QINGSTOR_LIMITS).toMatchObject({ minPartBytes: 4_194_304, maxParts: 10_000, maxPageItems: 1000 });
    expect(QINGSTOR_LIMITS.maxParts * QINGSTOR_LIMITS.maxPartBytes).toBe(QINGSTOR_LIMITS.maxObjectBytes);
    expect(QINGSTOR_CAPABILITIES).toMatchObject({ tags: false, acl: false, encryption: ['customer'], checksums: [] });
  });

  it.each(['abcdef', '0-9-ab', 'a'.repeat(63)])('takes the bucket %s', (bucket) => {
    expect(bucketProblem(bucket)).toBeUndefined();
  });

  it.each(['', 'abcde', 'a'.repeat(64), '-abcdef', 'abcdef-', 'Abcdef', 'abc.def', 'abc_def', 'abc/def', 'abcdef\n'])(
    'refuses the bucket %j',
    (bucket) => {
      expect(bucketProblem(bucket)).toMatch(/6 to 63/);
    },
  );

  it.each(['a', '数'.repeat(341), 'a//b', '../x', '\\a', 'a\u0000\r\nb', '?version_id=1'])(
    'takes the key %j',
    (key) => {
      expect(keyProblem(key)).toBeUndefined();
    },
  );

  it.each([
    ['', /1 to 1023 bytes/],
    ['数'.repeat(342), /not 1026/],
    ['/a', /does not begin/],
    ['a\ud800', /surrogate/],
  ])('refuses the key %j', (key, problem) => {
    expect(keyProblem(key)).toMatch(problem);
  });
});
