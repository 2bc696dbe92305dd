import { parse } from '../schema.ts';
import { obs } from './obs/provider.ts';
import { oss } from './oss/provider.ts';
import type { Provider, StoreConfig } from './provider.ts';
import { qingstor } from './qingstor/provider.ts';
import { s3 } from './s3/provider.ts';

/** Every provider by name: a new one is one more line. */
export const PROVIDERS: Readonly<Record<string, Provider>> = {
  obs: anyStore(obs),
  oss: anyStore(oss),
  qingstor: anyStore(qingstor),
  s3: anyStore(s3),
};

/** The provider of that name; undefined when there is none. */
export function providerOf(name: string): Provider | undefined {
  return Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
}

/** Hides the provider's own kind of config, so that all providers fit into one table: it is parsed once more instead. */
function anyStore<Config extends StoreConfig>(provider: Provider<Config>): Provider {
  return {
    ...provider,
    createStore: (config, context) =>
      provider.createStore(parse(provider.schema, config, `The store of ${provider.name}`, 'InvalidConfig'), context),
  };
}
