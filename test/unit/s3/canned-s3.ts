import { afterAll } from 'vitest';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import type { ObjectStore } from '../../../shared/provider/provider.ts';
import { createS3Store } from '../../../shared/provider/s3/client.ts';
import { type S3Config, s3Schema } from '../../../shared/provider/s3/config.ts';
import { parse } from '../../../shared/schema.ts';
import { cannedOss, credentials, NOW } from '../oss/canned-server.ts';

/** The server with prepared answers (nothing in it is OSS's own), and an S3 client for it. */
export function cannedS3() {
  const server = cannedOss();
  const transport = createTransport();
  afterAll(() => transport.close());
  return {
    seen: server.seen,
    answer: server.answer,
    port: server.port,
    client: (more: object = {}, key = credentials, now = () => NOW): ObjectStore =>
      createS3Store(configOf({ endpoint: `http://s3.localhost:${server.port()}`, ...more }), {
        transport,
        credentials: async () => key,
        now,
      }),
  };
}

/** One store of the stores file with its defaults. */
export function configOf(more: object): S3Config {
  const store = {
    provider: 's3',
    region: 'eu-west-1',
    endpoint: 'https://s3.eu-west-1.amazonaws.com',
    credentials: { env: 'X' },
    buckets: ['*'],
  };
  return parse(s3Schema, { ...store, ...more }, 'Store', 'InvalidConfig');
}

/** An error document of S3. */
export function s3Error(code: string, message = '', more = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>656c76696e6727732072657175657374</RequestId><HostId>Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7/C1NPcfTWAtRPfTaOFg==</HostId></Error>`;
}
