import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import { demoOssAccount } from '#test/emulators/oss/emulator.ts';
import { demoS3Account } from '#test/emulators/s3/emulator.ts';
import type { CopyTask } from './messages.ts';

/** The stores file of the bench: the same server by the name of each provider that it answers as. */
const STORES = {
  oss: { provider: 'oss', region: 'cn-hangzhou', credentials: { env: 'OSS' } },
  s3: { provider: 's3', region: 'us-east-1', credentials: { env: 'S3' } },
} as const;

/** The runtime of `objectferry copy`, pointed to a server of this machine, with nothing left to chance. */
export function benchRuntime({ port, provider, sockets }: CopyTask, maxInFlight: number): ProcessRuntime {
  const store = { ...STORES[provider], endpoint: `http://127.0.0.1:${port}`, addressing: 'path', buckets: ['*'] };
  const { runtime } = createLocalRuntime({
    stores: parseStores({ stores: { [provider]: { ...store, maxInFlight } } }),
    env: {
      OSS_ACCESS_KEY_ID: demoOssAccount.accessKeyId,
      OSS_SECRET_ACCESS_KEY: demoOssAccount.secretAccessKey,
      S3_ACCESS_KEY_ID: demoS3Account.accessKeyId,
      S3_SECRET_ACCESS_KEY: demoS3Account.secretAccessKey,
    },
    observe: () => undefined,
    maxInFlight,
    connectionsPerOrigin: sockets,
  });
  return { ...runtime, random: seededRandom(1), newToken: () => '0'.repeat(32) };
}

/** Numbers in [0, 1), the same in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
