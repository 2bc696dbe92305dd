import { CopyRequest } from '@objectferry/shared/contract.ts';
import type { Decided } from '@objectferry/shared/copy/estimate-copy.ts';
import type { InspectedSource } from '@objectferry/shared/copy/inspect.ts';
import { routeOf } from '@objectferry/shared/copy/route.ts';
import { strategyFor } from '@objectferry/shared/copy/strategy.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { ObjectFacts } from '@objectferry/shared/provider/provider.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { type OpenStore, parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import { quoted } from '../../../shared/quoted.ts';
import { readStoresDocument } from '../../stores-file.ts';
import { parseSize } from './size.ts';
import { withRuntime } from './source.ts';

export interface WhatIf {
  /** Path of the stores file. */
  readonly stores: string;
  /** As the shell gave it. */
  readonly size: string;
  readonly provider: string | undefined;
  readonly store: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A place of each provider, with everything else as the stores file has it by default. */
const PLACES: Readonly<Record<string, { readonly region: string; readonly endpoint: string }>> = {
  oss: { region: 'cn-hangzhou', endpoint: 'https://oss-cn-hangzhou.aliyuncs.com' },
  obs: { region: 'cn-north-4', endpoint: 'https://obs.cn-north-4.myhuaweicloud.com' },
  qingstor: { region: 'pek3a', endpoint: 'https://pek3a.qingstor.com' },
  s3: { region: 'us-east-1', endpoint: 'https://s3.us-east-1.amazonaws.com' },
};

const NAME = 'imagined';

/**
 * Decides about an object that need not exist, without a request: one without tags, with a checksum where its provider
 * keeps any, that is copied to another bucket.
 *
 * @throws CopyError InvalidRequest, InvalidConfig, and what Initiate refuses.
 */
export function imagineSource(whatIf: WhatIf): Promise<Decided> {
  const size = parseSize(whatIf.size);
  const configs = storesFor(whatIf);
  const [name = NAME] = Object.keys(configs);
  const place = (bucket: string) => ({ store: name, bucket, key: 'object' });
  const given = { source: place('imagined-source'), destination: place('imagined-copy'), options: whatIf.options };
  const request = parse(CopyRequest, given, 'The copy request');
  // No request is sent, so no key is needed.
  return withRuntime(configs, {}, async (runtime) => {
    const route = routeOf(runtime, request);
    const source = imagined(route.source, size);
    return { source, route, request, decided: await strategyFor(runtime, { source, route, request }) };
  });
}

function storesFor({ stores, provider, store }: WhatIf): StoreConfigs {
  if ((provider === undefined) === (store === undefined)) {
    throw new CopyError(
      'InvalidRequest',
      'Say with --provider or --store, and not with both, where the object would be.',
    );
  }
  if (store !== undefined) {
    const configs = parseStores(readStoresDocument(stores));
    const config = Object.hasOwn(configs, store) ? configs[store] : undefined;
    if (config === undefined) {
      throw new CopyError(
        'InvalidRequest',
        `--store is ${quoted(store)}, which is not in the stores file; it has ${Object.keys(configs).join(', ')}.`,
      );
    }
    return { [store]: { ...config, buckets: ['*'] } };
  }
  const known = provider !== undefined && Object.hasOwn(PLACES, provider) ? PLACES[provider] : undefined;
  if (known === undefined) {
    throw new CopyError(
      'InvalidRequest',
      `--provider is ${quoted(String(provider))}: choose one of ${Object.keys(PLACES).join(', ')}.`,
    );
  }
  return parseStores({ stores: { [NAME]: { provider, ...known, credentials: { env: 'NONE' }, buckets: ['*'] } } });
}

function imagined(store: OpenStore, size: number): InspectedSource {
  const { maxObjectBytes } = store.client.limits;
  if (size > maxObjectBytes) {
    throw new CopyError('TooLarge', `The object would have ${size} bytes; the largest copy has ${maxObjectBytes}.`);
  }
  const now = new Date();
  const facts: ObjectFacts = {
    size,
    etag: `"${'0'.repeat(32)}"`,
    lastModified: now,
    access: 'readable',
    type: 'normal',
    checksums: Object.fromEntries(store.client.capabilities.checksums.slice(0, 1).map((name) => [name, '0'])),
    headers: {},
    metadata: {},
    tagCount: 0,
  };
  const object = { bucket: 'imagined-source', key: 'object' };
  return { store, object, facts, customerKey: undefined, providerAheadMs: 0, pinnedAt: now };
}
