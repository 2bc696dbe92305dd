import { afterAll } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import type { ObjectStore } from '../../../shared/provider/provider.ts';
import { createQingStorStore } from '../../../shared/provider/qingstor/client.ts';
import type { QingStorConfig } from '../../../shared/provider/qingstor/config.ts';
import { cannedOss, NOW } from '../oss/canned-server.ts';

const credentials = new Credentials({ accessKeyId: 'QYid', secretAccessKey: 'very-secret' });

/** The server with prepared answers, and a QingStor client for it; lives as long as the test file. */
export function cannedQingStor() {
  const { seen, answer, port } = cannedOss();
  const transport = createTransport();
  afterAll(() => transport.close());
  return {
    seen,
    answer,
    port,
    client: (more: Partial<QingStorConfig> = {}, key: Credentials = credentials): ObjectStore =>
      createQingStorStore(
        {
          provider: 'qingstor',
          region: 'pek3a',
          endpoint: `http://pek3a.localhost:${port()}`,
          addressing: 'virtual',
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

/** An error document of QingStor. */
export function errorJson(code: string, message = '', more: object = {}): string {
  const url = 'https://docs.qingcloud.com/object_storage/api/error_code.html';
  return JSON.stringify({ code, message, request_id: '773ca7a4b21c11e6', url, ...more });
}
