import { describe } from 'vitest';
import { demoOssAccount, startOssEmulator } from '../emulators/oss/emulator.ts';
import { describeConformance } from './suite.ts';

describe.each(['v1', 'v4'])('signature %s', (signature) => {
  describeConformance('the OSS emulator', async () => {
    const oss = await startOssEmulator({ buckets: ['raw', 'archive', { name: 'versions', versioning: 'enabled' }] });
    return {
      store: {
        provider: 'oss',
        region: oss.region,
        endpoint: oss.endpoint,
        addressing: 'path',
        signature,
        credentials: { env: 'OSS' },
      },
      env: { OSS_ACCESS_KEY_ID: demoOssAccount.accessKeyId, OSS_SECRET_ACCESS_KEY: demoOssAccount.secretAccessKey },
      buckets: ['raw', 'archive'],
      versioned: 'versions',
      [Symbol.asyncDispose]: () => oss.close(),
    };
  });
});
