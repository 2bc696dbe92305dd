import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../../shared/copy/plan.ts';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import { obsSchema } from '../../../shared/provider/obs/config.ts';
import { bucketProblem, keyProblem, OBS_LIMITS } from '../../../shared/provider/obs/limits.ts';
import { obs } from '../../../shared/provider/obs/provider.ts';
import { PROVIDERS } from '../../../shared/provider/registry.ts';
import { parse } from '../../../shared/schema.ts';
import { NOW } from '../oss/canned-server.ts';
import { credentials } from './canned-obs.ts';

const STORE = {
  provider: 'obs',
  region: 'cn-north-4',
  endpoint: 'https://obs.cn-north-4.myhuaweicloud.com',
  credentials: { env: 'OBS' },
  buckets: ['raw', 'results-*'],
};

const read = (more: object = {}) => parse(obsSchema, { ...STORE, ...more }, 'Store', 'InvalidConfig');

describe('an OBS store of the stores file', () => {
  it('has defaults', () => {
    expect(read()).toEqual({
      ...STORE,
      addressing: 'virtual',
      dialect: 'obs',
      signature: 'obs',
      insecure: false,
      maxInFlight: 512,
    });
  });

  it.each([
    [{}, 'obs', 'obs'],
    [{ dialect: 'amz' }, 'amz', 'v2'],
    [{ dialect: 'amz', signature: 'v2' }, 'amz', 'v2'],
    [{ dialect: 'amz', signature: 'v4' }, 'amz', 'v4'],
  ])('OBS-13 %o is dialect %s with signature %s', (more, dialect, signature) => {
    expect(read(more)).toMatchObject({ dialect, signature });
  });

  it.each([
    { region: 'eu-de', endpoint: 'https://obs.eu-de.otc.t-systems.com' },
    { region: 'eu-west-101', endpoint: 'https://obs.eu-west-101.myhuaweicloud.eu' },
    { endpoint: 'https://obs.myhuaweicloud.com' },
    { endpoint: 'https://OBS.cn-north-4.MyHuaweiCloud.com' },
    { endpoint: 'https://storage.example.com:8443', addressing: 'path' },
    { endpoint: 'http://127.0.0.1:9000', addressing: 'path' },
    { buckets: ['a.b.c'], addressing: 'path' },
  ])('accepts %o', (more) => {
    expect(read(more)).toMatchObject({ provider: 'obs' });
  });

  it.each<readonly [object, string]>([
    [{ signature: 'v2' }, 'signature is v2, which signs x-amz- headers only'],
    [{ signature: 'v4', dialect: 'obs' }, 'signature is v4, which signs x-amz- headers only'],
    [{ signature: 'obs', dialect: 'amz' }, 'signature is obs, which signs x-obs- headers only'],
    [{ region: 'cn-south-1' }, 'region is cn-south-1, but the endpoint is in cn-north-4, make them equal.'],
    [{ endpoint: 'https://obs.eu-nl.otc.t-systems.com', region: 'eu-de' }, 'but the endpoint is in eu-nl'],
    [{ region: 'obs-cn-north-4' }, 'leave out obs-'],
    [{ endpoint: 'https://obs.cn-north-4.myhuaweicloud.com/x' }, 'endpoint must be scheme, host and port only'],
    [
      { endpoint: 'https://raw.obs.cn-north-4.myhuaweicloud.com' },
      'endpoint begins with the bucket raw, leave that out',
    ],
    [{ endpoint: 'http://obs.cn-north-4.myhuaweicloud.com' }, 'endpoint uses plain http'],
    [{ endpoint: 'https://10.0.0.1' }, 'addressing is virtual'],
    [{ endpoint: 'https://169.254.169.254', addressing: 'path' }, 'link-local'],
    [{ buckets: ['a.b.c'] }, 'has a name with a dot'],
    [{ buckets: ['A'] }, 'must be a bucket name'],
    [{ accessKey: 'x' }, 'accessKey'],
  ])('refuses %o with a sentence', (more, sentence) => {
    expect(() => read(more)).toThrow(sentence);
  });
});

describe('the provider', () => {
  it('is in the registry, and makes clients that say what their dialect can do', async () => {
    const transport = createTransport();
    const context = { transport, credentials: async () => credentials, now: () => NOW };
    const store = (more: object) => PROVIDERS['obs']?.createStore(read(more), context);
    expect(store({})).toMatchObject({ provider: 'obs', capabilities: { partConditions: true } });
    expect(store({ dialect: 'amz' })).toMatchObject({ provider: 'obs', capabilities: { partConditions: false } });
    await transport.close();
  });

  it('copies inside one region only, and bucket names are the same in all stores', () => {
    const other = read({ region: 'cn-south-1', endpoint: 'https://obs.cn-south-1.myhuaweicloud.com' });
    expect(obs.copyProblem(read(), read({ dialect: 'amz' }))).toBeUndefined();
    expect(obs.copyProblem(read(), other)).toContain('copies only inside one region');
    expect(obs.sharesBuckets(read(), other)).toBe(true);
  });

  it('OBS-12 never plans a part above 5 GiB, below 5 MiB or beyond number 10,000', () => {
    const size = fc.oneof(
      fc.integer({ min: 1, max: OBS_LIMITS.maxObjectBytes }),
      fc.nat({ max: 12 }).map((back) => OBS_LIMITS.maxObjectBytes - back),
    );
    fc.assert(
      fc.property(size, (size) => {
        const { partSize, partCount } = plan({ size, limits: OBS_LIMITS, maxInFlight: 512 });
        expect(partSize).toBeLessThanOrEqual(5 * 1024 ** 3);
        expect(partSize).toBeGreaterThanOrEqual(5 * 1024 ** 2);
        expect(partCount).toBeGreaterThanOrEqual(1);
        expect(partCount).toBeLessThanOrEqual(10_000);
      }),
      { seed: 20_240_305, numRuns: 500 },
    );
  });
});

describe('names', () => {
  it.each(['abc', 'a-b', 'a.b.c', '0a0', 'a'.repeat(63)])('bucket %s', (bucket) => {
    expect(bucketProblem(bucket)).toBeUndefined();
  });

  it.each(['ab', 'Abc', '-ab', 'ab-', '.ab', 'a..b', 'a.-b', 'a-.b', '1.2.3.4', 'a_b', 'a/b', 'a%b', 'a'.repeat(64)])(
    'no bucket %s',
    (bucket) => {
      expect(bucketProblem(bucket)).toMatch(/^An OBS bucket name/);
    },
  );

  it('keys of 1 to 1024 bytes, with any slashes and controls', () => {
    for (const key of ['/leading', '//', '\u0000', '数'.repeat(341)]) expect(keyProblem(key)).toBeUndefined();
    for (const key of ['', 'k'.repeat(1025), '数'.repeat(342)]) expect(keyProblem(key)).toContain('1 to 1024');
    expect(keyProblem('\ud800')).toContain('surrogate');
  });
});
