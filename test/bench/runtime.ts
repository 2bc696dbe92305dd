import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import { demoOssAccount } from '#test/emulators/oss/emulator.ts';

/** The runtime of `objectferry copy`, pointed to a server of this machine, with nothing left to chance. */
export function benchRuntime(port: number, inFlight: number): ProcessRuntime {
  const { runtime } = createLocalRuntime({
    stores: parseStores({
      stores: {
        oss: {
          provider: 'oss',
          region: 'cn-hangzhou',
          endpoint: `http://127.0.0.1:${port}`,
          addressing: 'path',
          credentials: { env: 'OSS' },
          buckets: ['*'],
        },
      },
    }),
    env: {
      OSS_ACCESS_KEY_ID: demoOssAccount.accessKeyId,
      OSS_SECRET_ACCESS_KEY: demoOssAccount.secretAccessKey,
    },
    observe: () => undefined,
    maxInFlight: inFlight,
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
