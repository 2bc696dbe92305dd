import { createServer, request as httpRequest, type Server } from 'node:http';
import { normalise } from '@objectferry/shared/events/normalise.ts';
import { ENV } from '@objectferry/shared/naming.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GatewayRequest } from '#functions/receive/gateway-request.ts';
import { handler } from '#functions/receive.ts';
import { lambdaContext } from '../lambda-context.ts';
import { makeCertificate } from '../unit/push/made-certificate.ts';
import { SMN_TOPIC, smnPush } from '../unit/push/signed-pushes.ts';
import { type PushQueue, startPushQueue } from './push-queue.ts';

const TOKEN = 'the-token-of-this-rule';
const signer = makeCertificate();
const stores = {
  huawei: {
    provider: 'obs',
    region: 'eu-de',
    endpoint: 'https://obs.eu-de.otc.t-systems.com',
    credentials: { secret: 'obs' },
    buckets: ['*'],
  },
};
const rule = {
  when: { store: 'huawei', bucket: 'source' },
  copyTo: { store: 'huawei', bucket: 'archive' },
  from: { topics: [SMN_TOPIC], token: { secret: 'objectferry/token' } },
};
const context = lambdaContext('receive', 10_000);

/** The deployed handler, as API Gateway calls it: rules and secrets from the extension, messages into a real SQS server. */
describe('the Lambda handler of pushes', () => {
  let queue: PushQueue;
  const parameters = new Map<string, string>();
  const extension = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://extension');
    if (url.pathname.startsWith('/secretsmanager/')) {
      response.end(JSON.stringify({ SecretString: TOKEN }));
      return;
    }
    const value = parameters.get(url.searchParams.get('name') ?? '');
    if (value === undefined) response.writeHead(400).end('ParameterNotFound');
    else response.end(JSON.stringify({ Parameter: { Value: value } }));
  });

  // SQS as it is on a bad day: the first requests fail.
  let failures = 0;
  let requests = 0;
  const doorway = createServer((request, response) => {
    requests += 1;
    if (failures > 0) {
      failures -= 1;
      response.writeHead(503).end();
      return;
    }
    const forward = httpRequest(
      queue.endpoint + (request.url ?? ''),
      { method: 'POST', headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(forward);
  });

  beforeAll(async () => {
    queue = await startPushQueue();
    const sqs = await listen(doorway);
    const settings = {
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: new URL(await listen(extension)).port,
      AWS_SESSION_TOKEN: '',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_SQS: sqs,
      [ENV.storesParameter]: '/stores',
      [ENV.rulesParameter]: '/rules',
      [ENV.pinnedCertificatesParameter]: '/pins',
      [ENV.queueUrl]: sqs + new URL(queue.url).pathname,
    };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    parameters.set('/stores', JSON.stringify({ stores })).set('/pins', signer.pem);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const server of [extension, doorway]) {
      server.close();
      server.closeAllConnections();
    }
    await queue[Symbol.asyncDispose]();
  });

  const event = (changed: Partial<GatewayRequest> = {}): GatewayRequest => ({
    rawPath: '/events/obs',
    rawQueryString: '',
    headers: {},
    pathParameters: { provider: 'obs' },
    requestContext: { domainName: 'abc.execute-api.eu-west-1.amazonaws.com' },
    body: '{"Records":[]}',
    isBase64Encoded: false,
    ...changed,
  });

  it('postpones pushes as long as there are no rules, and takes them from then on', async () => {
    const authorized = event({ headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await handler(authorized, context)).toMatchObject({ statusCode: 503 });
    parameters.set('/rules', JSON.stringify({ rules: { films: rule } }));
    expect(await handler(authorized, context)).toMatchObject({ statusCode: 200, body: '' });
    expect((await queue.take()).map((message) => JSON.parse(message))).toMatchObject([
      { objectferry: 'push', provider: 'obs', origin: { kind: 'rules', rules: ['films'] }, body: '{"Records":[]}' },
    ]);
  });

  it('believes pushes of SMN by the pinned certificate, in Base64 as well', async () => {
    const { headers, body } = smnPush({ key: signer.key, at: new Date() });
    const push = event({
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value ?? ''])),
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    });
    expect(await handler(push, context)).toMatchObject({ statusCode: 200 });
    const [message = ''] = await queue.take();
    expect(normalise(message).origin).toEqual({ kind: 'topic', topic: SMN_TOPIC });
  });

  it('refuses what nobody vouches for, with a problem', async () => {
    const answer = await handler(event(), context);
    expect(answer).toMatchObject({ statusCode: 403, headers: { 'content-type': 'application/problem+json' } });
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ status: 403, detail: expect.stringContaining('token') });
  });

  it('follows changed rules', async () => {
    parameters.set('/rules', JSON.stringify({ rules: { music: rule } }));
    const query = event({ rawQueryString: `token=${TOKEN}` });
    expect(await handler(query, context)).toMatchObject({ statusCode: 200 });
    const [message = ''] = await queue.take();
    expect(JSON.parse(message).origin).toEqual({ kind: 'rules', rules: ['music'] });
  });

  it('tries again when the queue fails, and says so when it goes on failing', async () => {
    const query = event({ rawQueryString: `token=${TOKEN}` });
    [failures, requests] = [2, 0];
    expect(await handler(query, context)).toMatchObject({ statusCode: 200 });
    expect(requests).toBe(3);
    expect(await queue.take()).toHaveLength(1);
    [failures, requests] = [100, 0];
    expect(await handler(query, context)).toMatchObject({ statusCode: 503 });
    expect(requests).toBe(3);
    expect(await queue.take()).toEqual([]);
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') return expect.fail('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}
