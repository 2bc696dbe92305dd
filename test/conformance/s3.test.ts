import { describe } from 'vitest';
import { demoS3Account, startS3Emulator } from '../emulators/s3/emulator.ts';
import { describeConformance } from './suite.ts';

describe.each(['path', 'virtual'])('%s style', (addressing) => {
  describeConformance('the S3 emulator', async () => {
    const s3 = await startS3Emulator({ buckets: ['raw', 'archive', { name: 'versions', versioning: 'enabled' }] });
    return {
      store: {
        provider: 's3',
        region: s3.region,
        endpoint: addressing === 'path' ? s3.endpoint : s3.virtualHostEndpoint,
        addressing,
        credentials: { env: 'S3' },
      },
      env: { S3_ACCESS_KEY_ID: demoS3Account.accessKeyId, S3_SECRET_ACCESS_KEY: demoS3Account.secretAccessKey },
      buckets: ['raw', 'archive'],
      versioned: 'versions',
      [Symbol.asyncDispose]: () => s3.close(),
    };
  });
});
