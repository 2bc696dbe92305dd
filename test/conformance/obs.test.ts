import { describe } from 'vitest';
import { demoObsAccount, startObsEmulator } from '../emulators/obs/emulator.ts';
import { describeConformance } from './suite.ts';

describe.each([
  ['obs', 'obs'],
  ['amz', 'v2'],
  ['amz', 'v4'],
])('dialect %s, signature %s', (dialect, signature) => {
  describeConformance('the OBS emulator', async () => {
    const obs = await startObsEmulator({ buckets: ['raw', 'archive', { name: 'versions', versioning: 'enabled' }] });
    return {
      store: {
        provider: 'obs',
        region: obs.region,
        endpoint: obs.endpoint,
        addressing: 'path',
        dialect,
        signature,
        credentials: { env: 'OBS' },
      },
      env: { OBS_ACCESS_KEY_ID: demoObsAccount.accessKeyId, OBS_SECRET_ACCESS_KEY: demoObsAccount.secretAccessKey },
      buckets: ['raw', 'archive'],
      versioned: 'versions',
      [Symbol.asyncDispose]: () => obs.close(),
    };
  });
});
