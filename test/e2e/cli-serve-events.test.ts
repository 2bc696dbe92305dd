import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { LAUNCHER, objectferry, start, temporaryFile } from './cli-process.ts';
import { jsonStores, storeAt } from './cli-stores.ts';
import { PUSH_TOKEN, type Serving, startServing } from './serve-process.ts';

const MIB = 1024 * 1024;
/** Where nothing listens: these servers are asked for no copy. */
const NOBODY = 'http://127.0.0.1:1';

async function rulesFile(rule: object = {}): Promise<string> {
  const films = {
    when: { store: 'oss', bucket: 'raw', prefix: 'films/' },
    copyTo: { store: 'oss', bucket: 'archive', key: 'kept/{rest}' },
    from: { token: { secret: 'push/token' } },
    ...rule,
  };
  return temporaryFile('events.yaml', stringify({ rules: { films } }));
}

/** A notification of OSS about a new object, as its documents show one. */
function notification(...keys: readonly string[]): string {
  return JSON.stringify({
    events: keys.map((key) => ({
      eventName: 'ObjectCreated:PutObject',
      eventSource: 'acs:oss',
      eventTime: '2026-11-21T08:00:00.000Z',
      eventVersion: '1.0',
      region: 'cn-hangzhou',
      oss: {
        bucket: { arn: 'acs:oss:cn-hangzhou:1:raw', name: 'raw', ownerIdentity: '1' },
        object: { key, size: 1, eTag: '0' },
        ossSchemaVersion: '1.0',
        ruleId: '9adac8e253828f4f7c0466d941fa3db81161e853',
      },
      requestParameters: { sourceIPAddress: '192.0.2.1' },
      responseElements: { requestId: '58F9FF2D3DF792092E12044C' },
      userIdentity: { principalId: '1' },
    })),
  });
}

/** Sends a push as it comes through a tunnel: under the tunnel's own name. @returns the status. */
async function push(
  { url }: Serving,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  path = '/events/oss',
) {
  return new Promise<number | undefined>((resolve, reject) => {
    const sent = httpRequest(`${url}${path}`, {
      method: 'POST',
      headers: { host: 'tunnel.example.com', 'x-objectferry-token': PUSH_TOKEN, ...headers },
    });
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function startWithRules(rules: readonly FaultRule[] = []): Promise<Serving> {
  const serving = await startServing({ faults: { seed: 1, rules } }, ['--events', await rulesFile()]);
  serving.oss.model.putVirtualObject('raw', 'films/a b.mov', 3 * MIB);
  return serving;
}

const archived = ({ oss }: Serving) => oss.model.getObject('archive', 'kept/a b.mov');
const idsOf = async (serving: Serving) =>
  (await serving.cli('list', '--json')).stdout.match(/event-[0-9a-f]{32}/g) ?? [];

it('a push with the token of a rule starts a copy, and the same push again starts nothing', async () => {
  await using serving = await startWithRules();
  expect(await push(serving, notification('films/a b.mov'))).toBe(204);
  await expect.poll(() => archived(serving)?.content.size, { timeout: 10_000 }).toBe(3 * MIB);
  for (let again = 0; again < 3; again += 1) expect(await push(serving, notification('films/a b.mov'))).toBe(204);
  expect(new Set(await idsOf(serving)).size).toBe(1);
  // What a copy of ours made is not copied on, nor is what no rule is about.
  expect(await push(serving, notification('other/x', 'films/gone.mov'))).toBe(204);
  expect(new Set(await idsOf(serving)).size).toBe(1);
});

it('a push is answered with 503 while its copies cannot be started, and works when it is sent again', async () => {
  const down: FaultRule = {
    operation: 'HeadObject',
    times: 200,
    fault: { kind: 'status', status: 503, code: 'ServiceUnavailable' },
  };
  await using serving = await startWithRules([down]);
  expect(await push(serving, notification('films/a b.mov'))).toBe(503);
  expect(await idsOf(serving)).toEqual([]);
  serving.oss.faults.setPlan({ seed: 1, rules: [] });
  await expect.poll(() => push(serving, notification('films/a b.mov')), { timeout: 20_000 }).toBe(204);
  await expect.poll(() => archived(serving)?.content.size, { timeout: 10_000 }).toBe(3 * MIB);
});

describe('a server on which nothing is started', () => {
  let serving: Serving;
  beforeAll(async () => {
    serving = await startWithRules();
  });
  afterEach(async () => {
    expect(await idsOf(serving)).toEqual([]);
    expect(archived(serving)).toBeUndefined();
  });
  afterAll(() => serving[Symbol.asyncDispose]());

  it.each([
    ['no token', { 'x-objectferry-token': '' }],
    ['a wrong token', { 'x-objectferry-token': `${PUSH_TOKEN}x` }],
  ])('refuses a push with %s', async (_, headers) => {
    expect(await push(serving, notification('films/a b.mov'), headers)).toBe(403);
  });

  it('lets what comes through the tunnel reach the pushes, and not the API', async () => {
    for (const path of ['/copies', '/events', '/events/../copies', '//events/oss', '/events/oss/x']) {
      expect([403, 404], path).toContain(await push(serving, '{}', { 'content-type': 'application/json' }, path));
    }
    expect(await push(serving, '{}', {}, '/events/nobody')).toBe(404);
  });
});

it('a copy whose push was answered survives kill -9', async () => {
  const slow: FaultRule = { operation: 'CopyObject', fault: { kind: 'latency', ms: 3_000 } };
  await using serving = await startWithRules([slow]);
  expect(await push(serving, notification('films/a b.mov'))).toBe(204);
  serving.process.kill('SIGKILL');
  await serving.process.ended;
  serving.oss.faults.setPlan({ seed: 1, rules: [] });
  const next = await serving.again();
  await expect
    .poll(async () => (await next.cli('list', '--state', 'succeeded', '--json')).stdout, { timeout: 20_000 })
    .toContain('event-');
  expect(archived(serving)?.content.size).toBe(3 * MIB);
  next.process.kill('SIGKILL');
});

it.each([
  ['that is not there', async () => '/nowhere/events.yaml', /cannot be read: give the path of/],
  ['with a mistake', () => rulesFile({ wen: {} }), /wen is not a known field, remove or rename it/],
  ['that names another store', () => rulesFile({ copyTo: { store: 'zz', bucket: 'b' } }), /zz/],
])('a rules file %s is refused before anything is served', async (_, file, sentence) => {
  const stores = await jsonStores(storeAt(NOBODY));
  const { code, stdout, stderr } = await objectferry([
    'serve',
    '--stores',
    stores,
    '--port',
    '0',
    '--events',
    await file(),
  ]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(sentence);
});

it('without a rules file there are no pushes', async () => {
  await using serving = await startServing();
  expect(await push(serving, notification('films/a b.mov'))).toBe(403);
  expect(await push(serving, notification('films/a b.mov'), { host: '127.0.0.1' })).toBe(404);
});

it('says where pushes go', async () => {
  const stores = await jsonStores(storeAt(NOBODY));
  const server = start(LAUNCHER, [
    'serve',
    '--stores',
    stores,
    '--port',
    '0',
    '--events',
    await rulesFile(),
    '--state-folder',
    `${stores}.d`,
  ]);
  expect(await server.printed(/Ctrl-C/)).toMatch(
    /Pushes of new objects are taken at http:\/\/127\.0\.0\.1:\d+\/events\/\{s3,oss,obs,qingstor\}/,
  );
  server.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 130 });
});
