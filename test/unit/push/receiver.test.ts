import { setTimeout } from 'node:timers/promises';
import { Problem } from '@objectferry/shared/api.ts';
import { PushEnvelope } from '@objectferry/shared/events/envelope.ts';
import { pinnedCertificates } from '@objectferry/shared/events/push/certificate.ts';
import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PushAnswer } from '#functions/receive/answer.ts';
import { createReceiver, type ReceiverParts } from '#functions/receive/receiver.ts';
import { makeCertificate } from './made-certificate.ts';
import { pushStores } from './push-stores.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';
import { pushRequest, SMN_TOPIC, SNS_CERTIFICATE, SNS_TOPIC, smnPush, snsPush } from './signed-pushes.ts';

const TOKEN = 'the-token-of-films';
const signer = makeCertificate();
const stores = pushStores({ s3: 'amazon', oss: 'alibaba', obs: 'huawei', qingstor: 'qing' });
const rule = (name: string, from: object, enabled = true) => ({
  when: { store: name, bucket: 'source' },
  copyTo: { store: name, bucket: 'archive' },
  from,
  enabled,
});
const rules = parseRules(
  {
    rules: {
      amazon: rule('amazon', { topics: [SNS_TOPIC], token: { secret: 'token' } }),
      alibaba: rule('alibaba', { token: { secret: 'token' } }),
      huawei: rule('huawei', { topics: [SMN_TOPIC], token: { secret: 'token' } }),
      qing: rule('qing', { token: { secret: 'token' } }),
      off: rule('amazon', { topics: [`${SNS_TOPIC}-off`], token: { secret: 'off' } }, false),
    },
  },
  stores,
);

describe('the receiver of pushes', () => {
  let world: PushWorld;
  let sent: string[];
  let told: string[];
  let parts: ReceiverParts;
  beforeEach(async () => {
    world = await startPushWorld();
    world.serve(SNS_CERTIFICATE, signer.pem);
    sent = [];
    told = [];
    const tell = (message: string, facts: unknown): void => {
      told.push(`${message} ${facts instanceof Error ? facts.message : JSON.stringify(facts)}`);
    };
    parts = {
      rules: async () => rules,
      pinned: async () => pinnedCertificates(signer.pem),
      secret: async (id) => (id === 'token' ? TOKEN : expect.fail(`the secret ${id} was asked for`)),
      transport: world.transport,
      clock: {
        now: world.now,
        sleep: (ms, signal) => setTimeout(ms, undefined, { ...(signal === undefined ? {} : { signal }) }),
      },
      queue: {
        send: async (body) => {
          sent.push(body);
        },
      },
      log: { info: tell, warn: tell, error: tell },
    };
    return () => world[Symbol.asyncDispose]();
  });
  const receive = (request: PushRequest, changed: Partial<ReceiverParts> = {}) =>
    createReceiver({ ...parts, ...changed })(request);
  const withToken = (provider: string, body = '{}') => pushRequest(provider, body, {}, `?token=${TOKEN}`);
  const problem = ({ body, headers }: PushAnswer) => {
    expect(headers['content-type']).toBe('application/problem+json');
    return parse(Problem, JSON.parse(body), 'The problem');
  };

  it.each([
    ['s3', 200],
    ['oss', 204],
    ['obs', 200],
    ['qingstor', 200],
  ])('says %s with %d that a push is in the queue', async (provider, status) => {
    expect(await receive(withToken(provider, '{"a":"ü"}'))).toMatchObject({ status, body: '' });
    const [message = ''] = sent;
    expect(parse(PushEnvelope, JSON.parse(message), 'The envelope')).toMatchObject({
      objectferry: 'push',
      provider,
      origin: { kind: 'rules', rules: [{ s3: 'amazon', oss: 'alibaba', obs: 'huawei', qingstor: 'qing' }[provider]] },
      body: '{"a":"ü"}',
    });
    expect(told).toEqual([]);
  });

  it('takes signed pushes, with the topic that vouches', async () => {
    expect(await receive(snsPush({ key: signer.key, at: world.now() }))).toMatchObject({ status: 200 });
    expect(await receive(smnPush({ key: signer.key, at: world.now() }))).toMatchObject({ status: 200 });
    expect(sent.map((message) => JSON.parse(message).origin.topic)).toEqual([SNS_TOPIC, SMN_TOPIC]);
    // SMN's certificate is pinned.
    expect(world.fetched).toEqual([SNS_CERTIFICATE]);
  });

  it('says that a push is taken only when the queue has it', async () => {
    const send = () => Promise.reject(new Error('SQS is down'));
    const answer = await receive(withToken('s3'), { queue: { send } });
    expect(problem(answer)).toMatchObject({ status: 503, type: '/problems/ServiceUnavailable' });
    expect(answer.headers['retry-after']).toBe('20');
    expect(told).toEqual(['push postponed SQS is down']);
  });

  it('answers in time, before the sender gives up', async () => {
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      waits.push(ms);
    };
    const send = () => new Promise<void>(() => undefined);
    const answer = await receive(withToken('oss'), { clock: { now: world.now, sleep }, queue: { send } });
    expect(problem(answer)).toMatchObject({ status: 503 });
    expect(waits).toEqual([4_000]);
  });

  it.each([
    ['the rules', { rules: () => Promise.reject(new Error('no parameter')) }],
    ['the pinned certificates', { pinned: () => Promise.reject(new Error('no parameter')) }],
    ['the secrets', { secret: () => Promise.reject(new Error('no secret')) }],
  ])('postpones a push while %s cannot be read', async (_, changed) => {
    expect(problem(await receive(withToken('s3'), changed))).toMatchObject({ status: 503 });
    expect(sent).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/^push postponed no (?:parameter|secret)$/)]);
  });

  it('refuses with a problem, and tells the log why, but no secret and nothing of the push', async () => {
    const wrong = pushRequest('s3', '{"secret":"in the body"', { authorization: 'Bearer wrong-token' });
    expect(problem(await receive(wrong))).toMatchObject({ status: 403, type: '/problems/PushRefused' });
    const malformed = pushRequest('s3', '{"secret":"in the body"', { 'x-amz-sns-message-type': 'Notification' });
    expect(problem(await receive(malformed))).toMatchObject({ status: 400, type: '/problems/InvalidPush' });
    expect(problem(await receive(pushRequest('gcs', '{}')))).toMatchObject({ status: 404 });
    expect(problem(await receive(withToken('s3', 'x'.repeat(256 * 1024 + 1))))).toMatchObject({ status: 413 });
    expect(told).toHaveLength(4);
    expect(told.join()).not.toMatch(/wrong-token|in the body|the-token/);
    expect(sent).toEqual([]);
  });

  it('refuses what would not fit into the queue', async () => {
    expect(await receive(withToken('s3', '\u0001'.repeat(200 * 1024)))).toMatchObject({ status: 413 });
    expect(sent).toEqual([]);
  });

  it('believes no rule that is not enabled', async () => {
    const off = snsPush({ key: signer.key, at: world.now(), fields: { TopicArn: `${SNS_TOPIC}-off` } });
    expect(await receive(off)).toMatchObject({ status: 403 });
    expect(world.fetched).toEqual([]);
  });

  describe('asked to confirm a subscription', () => {
    const fields = { Type: 'SubscriptionConfirmation', Token: '23', SubscribeURL: 'https://evil.example/' };
    const confirmation = () => snsPush({ key: signer.key, at: world.now(), fields });
    const url = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(SNS_TOPIC)}&Token=23`;

    it('does so for a topic of a rule', async () => {
      world.serve(url, '<ConfirmSubscriptionResponse/>');
      expect(await receive(confirmation())).toMatchObject({ status: 200 });
      expect(world.fetched).toEqual([SNS_CERTIFICATE, url]);
      expect(told).toEqual([`subscription confirmed {"provider":"s3","topic":"${SNS_TOPIC}"}`]);
      expect(sent).toEqual([]);
    });

    it('does not do so for another one', async () => {
      const TopicArn = `${SNS_TOPIC}-foreign`;
      const foreign = snsPush({ key: signer.key, at: world.now(), fields: { ...fields, TopicArn } });
      expect(await receive(foreign)).toMatchObject({ status: 403 });
      expect(world.fetched).toEqual([]);
    });

    it.each([
      [404, 403],
      [302, 403],
      [500, 503],
    ])('passes on that the service answered %d', async (status, answered) => {
      world.serve(url, { status, headers: { location: 'https://evil.example/' } });
      expect(await receive(confirmation())).toMatchObject({ status: answered });
      expect(world.fetched).toEqual([SNS_CERTIFICATE, url]);
    });

    it('tells of a subscription that was ended', async () => {
      const ended = { ...fields, Type: 'UnsubscribeConfirmation' };
      expect(await receive(snsPush({ key: signer.key, at: world.now(), fields: ended }))).toMatchObject({
        status: 200,
      });
      expect(told).toEqual([expect.stringContaining('subscription ended')]);
      expect(sent).toEqual([]);
    });
  });
});
