import { afterAll } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import { createObsStore } from '../../../shared/provider/obs/client.ts';
import type { ObsConfig } from '../../../shared/provider/obs/config.ts';
import type { ObjectStore } from '../../../shared/provider/provider.ts';
import { cannedOss, NOW } from '../oss/canned-server.ts';

export const credentials = new Credentials({ accessKeyId: 'HPUAid', secretAccessKey: 'very-secret' });

/** The three ways to speak to OBS, each with what its headers begin with. */
export const WAYS = [
  { dialect: 'obs', signature: 'obs', prefix: 'x-obs-', scheme: 'OBS HPUAid:' },
  { dialect: 'amz', signature: 'v2', prefix: 'x-amz-', scheme: 'AWS HPUAid:' },
  {
    dialect: 'amz',
    signature: 'v4',
    prefix: 'x-amz-',
    scheme: 'AWS4-HMAC-SHA256 Credential=HPUAid/20240305/cn-north-4/s3/',
  },
] as const satisfies readonly (Pick<ObsConfig, 'dialect' | 'signature'> & { prefix: string; scheme: string })[];

/** A server with prepared answers, and OBS clients for it; lives as long as the test file. */
export function cannedObs() {
  const transport = createTransport();
  const { seen, answer, port } = cannedOss();
  afterAll(() => transport.close());
  return {
    seen,
    answer,
    client: (more: Partial<ObsConfig> = {}, key: Credentials = credentials): ObjectStore =>
      createObsStore(
        {
          provider: 'obs',
          region: 'cn-north-4',
          endpoint: `http://obs.localhost:${port()}`,
          addressing: 'virtual',
          dialect: 'obs',
          signature: 'obs',
          insecure: false,
          credentials: { env: 'X' },
          buckets: ['*'],
          maxInFlight: 1,
          ...more,
        },
        { transport, credentials: async () => key, now: () => NOW },
      ),
  };
}
