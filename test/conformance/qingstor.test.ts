import { describe } from 'vitest';
import { demoQingstorAccount, startQingstorEmulator } from '../emulators/qingstor/emulator.ts';
import { describeConformance } from './suite.ts';

describe.each([true, false])('ETag in the answer to a copied part: %s', (etagOnCopy) => {
  describeConformance('the QingStor emulator', async () => {
    const qingstor = await startQingstorEmulator({
      buckets: ['originals', 'archive', { name: 'versions', versioning: 'enabled' }],
      quirks: { etagOnCopy },
    });
    return {
      store: {
        provider: 'qingstor',
        region: qingstor.region,
        endpoint: qingstor.endpoint,
        addressing: 'path',
        credentials: { env: 'QS' },
      },
      env: {
        QS_ACCESS_KEY_ID: demoQingstorAccount.accessKeyId,
        QS_SECRET_ACCESS_KEY: demoQingstorAccount.secretAccessKey,
      },
      buckets: ['originals', 'archive'],
      versioned: 'versions',
      [Symbol.asyncDispose]: () => qingstor.close(),
    };
  });
});
