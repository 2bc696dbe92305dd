import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ServerType, serve } from '@hono/node-server';
import { normalise } from '@objectferry/shared/events/normalise.ts';
import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSqsQueue } from '#functions/queue.ts';
import { createReceiveApp } from '#functions/receive/app.ts';
import { createReceiver } from '#functions/receive/receiver.ts';
import { systemClock } from '#functions/system.ts';
import { makeCertificate } from '../unit/push/made-certificate.ts';
import { pushStores } from '../unit/push/push-stores.ts';
import { type PushWorld, startPushWorld } from '../unit/push/push-world.ts';
import {
  EVENT_BRIDGE_CERTIFICATE,
  eventBridgePush,
  MNS_CERTIFICATE,
  MNS_TOPIC,
  mnsPush,
  SMN_CERTIFICATE,
  SMN_TOPIC,
  SNS_CERTIFICATE,
  SNS_TOPIC,
  smnPush,
  snsPush,
} from '../unit/push/signed-pushes.ts';
import { type PushQueue, startPushQueue } from './push-queue.ts';

const TOKEN = 'the-token-of-this-rule';
const KEY = 'the-hmac-key-of-this-rule';
const signer = makeCertificate();
const stores = pushStores({ s3: 's3', oss: 'oss', obs: 'obs', qingstor: 'qingstor' });
const topics = { s3: [SNS_TOPIC], oss: [MNS_TOPIC], obs: [SMN_TOPIC], qingstor: [] };
const rules = parseRules(
  {
    rules: Object.fromEntries(
      Object.entries(topics).map(([name, named]) => [
        name,
        {
          when: { store: name, bucket: 'source-bucket' },
          copyTo: { store: name, bucket: 'archive-bucket' },
          from: { topics: named, token: { secret: 'token' }, hmac: { secret: 'hmac' } },
        },
      ]),
    ),
  },
  stores,
);

/** A recorded notification, as its provider writes it. */
function sample(name: string): string {
  const file = readFileSync(new URL(`../events-samples/${name}.json`, import.meta.url), 'utf8');
  const { message } = JSON.parse(file);
  return JSON.stringify(message.objectferry === 'push' ? JSON.parse(message.body) : message);
}

/** Every push goes over real HTTP to the receiver and from there into a real SQS server. */
describe('pushes over HTTP', () => {
  let queue: PushQueue;
  let world: PushWorld;
  let server: ServerType;
  let origin: string;
  beforeAll(async () => {
    queue = await startPushQueue();
  });
  afterAll(() => queue[Symbol.asyncDispose]());
  beforeEach(async () => {
    world = await startPushWorld();
    for (const url of [SNS_CERTIFICATE, SMN_CERTIFICATE, MNS_CERTIFICATE, EVENT_BRIDGE_CERTIFICATE]) {
      world.serve(url, signer.pem);
    }
    const receive = createReceiver({
      rules: async () => rules,
      pinned: async () => [],
      secret: async (id) => (id === 'token' ? TOKEN : KEY),
      transport: world.transport,
      clock: { ...systemClock, now: world.now },
      queue: createSqsQueue(queue.client, queue.url),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const app = createReceiveApp(receive);
    origin = await new Promise((resolve) => {
      server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
        resolve(`http://127.0.0.1:${port}`);
      });
    });
    return async () => {
      await new Promise((resolve) => server.close(resolve));
      await world[Symbol.asyncDispose]();
    };
  });

  async function post({ target, headers, body }: Pick<PushRequest, 'target' | 'headers' | 'body'>): Promise<number> {
    const present = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    const answer = await fetch(origin + target, {
      method: 'POST',
      headers: Object.fromEntries(present),
      body: Buffer.from(body),
    });
    await answer.arrayBuffer();
    return answer.status;
  }
  const plain = (provider: string, body: string, headers: Record<string, string> = {}, query = '') =>
    post({ target: `/events/${provider}${query}`, headers, body: Buffer.from(body) });

  const at = () => world.now();
  const key = signer.key;
  it.each([
    ['SNS', () => snsPush({ key, at: at(), fields: { Message: sample('s3-record') } }), 200],
    [
      'SNS, first version',
      () => snsPush({ key, at: at(), version: '1', fields: { Message: sample('s3-record') } }),
      200,
    ],
    ['SMN', () => smnPush({ key, at: at(), fields: { message: sample('obs-record') } }), 200],
    ['MNS', () => mnsPush({ key, at: at(), form: 'XML' }), 204],
    ["Alibaba's EventBridge", () => eventBridgePush({ key, at: at(), token: TOKEN, url: `${origin}/events/oss` }), 204],
  ] as const)(
    'of %s are taken when they are good, and refused when altered, late or replayed late',
    async (_, make, taken) => {
      const good = make();
      expect(await post(good)).toBe(taken);
      expect(await post(good)).toBe(taken);
      const twice = await queue.take();
      expect(twice).toHaveLength(2);
      expect(normalise(twice[0] ?? '').origin).toEqual(normalise(twice[1] ?? '').origin);
      const altered = Buffer.from(
        Buffer.from(good.body)
          .toString()
          .replace(/[0-9](?=[^0-9]*$)/, '#'),
      );
      expect(altered.equals(good.body)).toBe(false);
      expect([400, 403]).toContain(await post({ ...good, body: altered }));
      world.pass(16 * 60_000);
      expect(await post(good)).toBe(403);
      expect(await queue.take()).toEqual([]);
    },
  );

  it('of SNS and SMN lead to the object that they tell of', async () => {
    await post(snsPush({ key, at: at(), fields: { Message: sample('s3-record') } }));
    await post(smnPush({ key, at: at(), fields: { message: sample('obs-record') } }));
    const events = (await queue.take()).map(normalise);
    expect(events.map(({ origin: from }) => from)).toEqual(
      expect.arrayContaining([
        { kind: 'topic', topic: SNS_TOPIC },
        { kind: 'topic', topic: SMN_TOPIC },
      ]),
    );
    expect(events.flatMap(({ created }) => created.map(({ provider }) => provider)).sort()).toEqual(['obs', 's3']);
  });

  it.each([
    ['MinIO', 's3', 'minio-webhook', 200],
    ['Ceph', 's3', 'ceph', 200],
    ['EventBridge of Amazon', 's3', 's3-eventbridge', 200],
    ['a function of Alibaba', 'oss', 'oss-function', 204],
    ['MNS in Base64', 'oss', 'oss-mns-json', 204],
    ['EventGrid', 'obs', 'obs-eventgrid-batch', 200],
    ['QingStor', 'qingstor', 'qingstor-push', 200],
  ])('of %s are taken with a token or an HMAC, and with nothing else', async (_, provider, name, taken) => {
    const body = sample(name);
    const time = String(Math.floor(at().getTime() / 1000));
    const hmac = createHmac('sha256', KEY).update(`${time}.${body}`).digest('hex');
    expect(await plain(provider, body, { authorization: `Bearer ${TOKEN}` })).toBe(taken);
    expect(await plain(provider, body, {}, `?token=${TOKEN}`)).toBe(taken);
    expect(await plain(provider, body, { 'x-objectferry-signature': `t=${time},v1=${hmac}` })).toBe(taken);
    const messages = await queue.take();
    expect(messages).toHaveLength(3);
    for (const message of messages) {
      const { origin: from, created } = normalise(message);
      expect(from).toEqual({ kind: 'rules', rules: [provider] });
      expect(created.map((event) => event.provider)).toContain(provider);
    }
    expect(await plain(provider, body)).toBe(403);
    expect(await plain(provider, body, { authorization: 'Bearer a-token-of-nobody' })).toBe(403);
    expect(await plain(provider, `${body} `, { 'x-objectferry-signature': `t=${time},v1=${hmac}` })).toBe(403);
    expect(await queue.take()).toEqual([]);
    expect(world.fetched).toEqual([]);
  });

  it('are refused when they are too large, of an unknown provider, or no POST', async () => {
    expect(await plain('s3', 'x'.repeat(256 * 1024 + 1), {}, `?token=${TOKEN}`)).toBe(413);
    expect(await plain('gcs', '{}', {}, `?token=${TOKEN}`)).toBe(404);
    expect((await fetch(`${origin}/events/s3?token=${TOKEN}`)).status).toBe(404);
    expect(await queue.take()).toEqual([]);
  });

  it('are postponed while the queue is down', async () => {
    const down = createSqsQueue(queue.client, `${queue.url}-that-is-gone`);
    const receive = createReceiver({
      rules: async () => rules,
      pinned: async () => [],
      secret: async () => TOKEN,
      transport: world.transport,
      clock: systemClock,
      queue: down,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const answer = await createReceiveApp(receive).request(`${origin}/events/s3?token=${TOKEN}`, {
      method: 'POST',
      body: '{}',
    });
    expect(answer.status).toBe(503);
  });
});
