import { describe, expect, it } from 'vitest';
import type { StoreConfig } from '../../../shared/provider/provider.ts';
import { providerOf } from '../../../shared/provider/registry.ts';
import { parse } from '../../../shared/schema.ts';

/** Two stores of one provider, as the stores file has them, each with its region and endpoint. */
type Place = readonly [region: string, endpoint: string];

function pair(name: string, places: readonly [Place, Place]) {
  const provider = providerOf(name);
  if (provider === undefined) return expect.fail(`there is no provider ${name}`);
  const stores = places.map(([region, endpoint]): StoreConfig => {
    const isLocal = /\/\/\d/.test(endpoint);
    const store = { provider: name, region, endpoint, credentials: { env: 'X' }, buckets: ['*'] };
    return parse(provider.schema, { ...store, addressing: isLocal ? 'path' : 'virtual' }, 'Store', 'InvalidConfig');
  });
  const [source, destination] = stores;
  if (source === undefined || destination === undefined) return expect.fail('a pair has two stores');
  return { provider, source, destination };
}

const HANGZHOU = 'cn-hangzhou';

describe('stores of one cloud', () => {
  it.each<readonly [name: string, what: string, a: Place, b: Place]>([
    [
      'oss',
      'public and internal',
      [HANGZHOU, 'https://oss-cn-hangzhou.aliyuncs.com'],
      [HANGZHOU, 'https://oss-cn-hangzhou-internal.aliyuncs.com'],
    ],
    [
      'oss',
      'public and dual-stack',
      [HANGZHOU, 'https://oss-cn-hangzhou.aliyuncs.com'],
      [HANGZHOU, 'https://cn-hangzhou.oss.aliyuncs.com'],
    ],
    [
      'oss',
      'public and accelerated',
      [HANGZHOU, 'https://oss-cn-hangzhou.aliyuncs.com'],
      [HANGZHOU, 'https://oss-accelerate.aliyuncs.com'],
    ],
    [
      'obs',
      'with and without the region in the host',
      ['eu-west-101', 'https://obs.eu-west-101.myhuaweicloud.eu'],
      ['eu-west-101', 'https://obs.myhuaweicloud.eu'],
    ],
    [
      'obs',
      'two doors of a private cloud',
      ['r-1', 'https://obs.example.com'],
      ['r-1', 'https://obs-internal.r-1.example.com:8443'],
    ],
    ['obs', 'two doors below a country', ['r-1', 'https://obs.cloud.co.uk'], ['r-1', 'https://intern.cloud.co.uk']],
    ['qingstor', 'two spellings', ['pek3a', 'https://pek3a.qingstor.com'], ['pek3a', 'https://PEK3A.qingstor.com:443']],
    ['obs', 'one address', ['r-1', 'http://127.0.0.1:9000'], ['r-1', 'http://127.0.0.1:9000']],
    [
      's3',
      'two regions of Amazon',
      ['eu-west-1', 'https://s3.eu-west-1.amazonaws.com'],
      ['us-east-1', 'https://s3.dualstack.us-east-1.amazonaws.com'],
    ],
    [
      's3',
      'one endpoint with and without its own port',
      ['us-east-1', 'https://minio.example.com'],
      ['us-east-1', 'https://MinIO.example.com:443'],
    ],
    ['s3', 'one endpoint', ['us-east-1', 'https://minio.example.com'], ['us-east-1', 'https://minio.example.com']],
  ])('%s: %s', (name, _, a, b) => {
    const { provider, source, destination } = pair(name, [a, b]);
    expect(provider.copyProblem(source, destination)).toBeUndefined();
    expect(provider.sharesBuckets(source, destination)).toBe(true);
  });
});

describe('stores of two clouds are told apart, although their regions have the same id', () => {
  it.each<readonly [name: string, what: string, a: Place, b: Place, clouds: readonly [string, string]]>([
    [
      'obs',
      'Huawei Cloud and Open Telekom Cloud',
      ['eu-de', 'https://obs.eu-de.myhuaweicloud.com'],
      ['eu-de', 'https://obs.eu-de.otc.t-systems.com'],
      ['myhuaweicloud.com', 't-systems.com'],
    ],
    [
      'obs',
      'the two Huawei Clouds',
      ['eu-west-101', 'https://obs.eu-west-101.myhuaweicloud.com'],
      ['eu-west-101', 'https://obs.eu-west-101.myhuaweicloud.eu'],
      ['myhuaweicloud.com', 'myhuaweicloud.eu'],
    ],
    [
      'obs',
      'two owners below a country',
      ['r-1', 'https://obs.one.co.uk'],
      ['r-1', 'https://obs.two.co.uk'],
      ['one.co.uk', 'two.co.uk'],
    ],
    [
      'oss',
      'Alibaba Cloud and a private installation',
      [HANGZHOU, 'https://oss-cn-hangzhou.aliyuncs.com'],
      [HANGZHOU, 'https://oss.example.com'],
      ['aliyuncs.com', 'example.com'],
    ],
    [
      'qingstor',
      'QingCloud and a private installation',
      ['pek3a', 'https://pek3a.qingstor.com'],
      ['pek3a', 'https://storage.example.com'],
      ['qingstor.com', 'example.com'],
    ],
    [
      'qingstor',
      'two names inside a network',
      ['a', 'https://storage-1:8443'],
      ['a', 'https://storage-2:8443'],
      ['storage-1:8443', 'storage-2:8443'],
    ],
    [
      'obs',
      'two servers on this machine',
      ['r-1', 'http://127.0.0.1:9000'],
      ['r-1', 'http://127.0.0.1:9001'],
      ['127.0.0.1:9000', '127.0.0.1:9001'],
    ],
    [
      'oss',
      'two names of this machine',
      ['r-1', 'http://localhost:9000'],
      ['r-1', 'http://localhost:9001'],
      ['localhost:9000', 'localhost:9001'],
    ],
  ])('%s: %s', (name, _, a, b, [from, to]) => {
    const { provider, source, destination } = pair(name, [a, b]);
    expect(provider.copyProblem(source, destination)).toBe(
      `one is in the cloud ${from}, the other in ${to}, and ${name} copies only inside one cloud: choose two stores of one cloud, or, if both are the same, give both endpoints of the same domain.`,
    );
    expect(provider.sharesBuckets(source, destination)).toBe(false);
  });

  it('s3: two stores below one domain, whose regions say nothing', () => {
    const { provider, source, destination } = pair('s3', [
      ['us-east-1', 'https://minio-1.example.com'],
      ['us-east-1', 'https://minio-2.example.com'],
    ]);
    expect(provider.copyProblem(source, destination)).toContain('give both the same endpoint');
    expect(provider.sharesBuckets(source, destination)).toBe(false);
  });
});

describe('two regions of one cloud', () => {
  it.each<readonly [name: string, a: Place, b: Place, sentence: string]>([
    [
      'oss',
      [HANGZHOU, 'https://oss-cn-hangzhou.aliyuncs.com'],
      ['cn-beijing', 'https://oss-cn-beijing-internal.aliyuncs.com'],
      'one is in region cn-hangzhou, the other in cn-beijing, and oss copies only inside one region: choose a destination in region cn-hangzhou.',
    ],
    [
      'obs',
      ['eu-de', 'https://obs.eu-de.otc.t-systems.com'],
      ['eu-nl', 'https://obs.eu-nl.otc.t-systems.com'],
      'one is in region eu-de, the other in eu-nl, and obs copies only inside one region: choose a destination in region eu-de.',
    ],
    [
      'qingstor',
      ['pek3a', 'https://pek3a.qingstor.com'],
      ['sh1a', 'https://sh1a.qingstor.com'],
      'one is in zone pek3a, the other in sh1a, and qingstor copies only inside one zone: choose a destination in zone pek3a.',
    ],
  ])('OSS-10 QS-6 %s says which to choose, in its own word, and shares bucket names', (name, a, b, sentence) => {
    const { provider, source, destination } = pair(name, [a, b]);
    expect(provider.copyProblem(source, destination)).toBe(sentence);
    expect(provider.sharesBuckets(source, destination)).toBe(true);
  });
});
