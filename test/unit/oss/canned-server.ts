import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import { createTransport } from '../../../shared/http/undici-transport.ts';
import { createOssStore } from '../../../shared/provider/oss/client.ts';
import type { OssConfig } from '../../../shared/provider/oss/config.ts';
import type { ObjectStore } from '../../../shared/provider/provider.ts';

/** What the server answers next. */
export interface Canned {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request as it arrived; header values decoded as UTF-8. */
interface Seen {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const NOW = new Date('2024-03-05T06:07:08Z');
export const credentials = new Credentials({ accessKeyId: 'LTAIid', secretAccessKey: 'very-secret' });

/** A server with prepared answers, and a client for it; lives as long as the test file. */
export function cannedOss() {
  const transport = createTransport();
  const answers: Canned[] = [];
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    seen.push({
      line: `${request.method} ${request.url}`,
      headers: decoded(request.headers),
      body: Buffer.concat(chunks).toString(),
    });
    const { status = 200, headers = {}, body = '' } = answers.shift() ?? { status: 599, body: 'no answer prepared' };
    // Only `date` is sent by node itself; tests that need it give their own.
    response.sendDate = false;
    for (const [name, value] of Object.entries(headers))
      response.setHeader(name, Buffer.from(value).toString('latin1'));
    response.writeHead(status).end(body);
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  beforeEach(() => {
    answers.length = 0;
    seen.length = 0;
  });
  afterAll(async () => {
    await transport.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    seen,
    /** The next answers, one for each request. */
    answer: (...next: readonly Canned[]) => void answers.push(...next),
    client: (more: Partial<OssConfig> = {}, key: Credentials = credentials): ObjectStore =>
      createOssStore(
        {
          provider: 'oss',
          region: 'cn-hangzhou',
          endpoint: `http://oss.localhost:${port}`,
          addressing: 'virtual',
          signature: 'v4',
          insecure: false,
          credentials: { env: 'X' },
          buckets: ['*'],
          maxInFlight: 1,
          ...more,
        },
        { transport, credentials: async () => key, now: () => NOW },
      ),
    port: () => port,
  };
}

function decoded(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(`${value}`, 'latin1').toString('utf8')]),
  );
}

/** An error document of OSS. */
export function errorXml(code: string, message = '', more = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>${code}</Code>\n  <Message>${message}</Message>\n  <RequestId>5C3D9175B6FC201293AD0001</RequestId>\n  <HostId>h</HostId>${more}\n</Error>\n`;
}
