import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';

/** One store of each provider, by the names that rules call them. */
export function pushStores(names: Readonly<Record<'s3' | 'oss' | 'obs' | 'qingstor', string>>): StoreConfigs {
  const store = (provider: string, region: string, endpoint: string) => ({
    provider,
    region,
    endpoint,
    credentials: { env: 'X' },
    buckets: ['*'],
  });
  return parseStores({
    stores: {
      [names.s3]: store('s3', 'eu-west-1', 'https://s3.eu-west-1.amazonaws.com'),
      [names.oss]: store('oss', 'cn-hangzhou', 'https://oss-cn-hangzhou.aliyuncs.com'),
      [names.obs]: store('obs', 'eu-de', 'https://obs.eu-de.otc.t-systems.com'),
      [names.qingstor]: store('qingstor', 'pek3b', 'https://pek3b.qingstor.com'),
    },
  });
}
