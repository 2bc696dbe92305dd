import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';
import { Refusal } from '@objectferry/shared/events/push/refusal.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from './made-certificate.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';
import {
  EVENT_BRIDGE_CERTIFICATE,
  eventBridgePush,
  MNS_CERTIFICATE,
  MNS_TOPIC,
  mnsPush,
  ORIGIN,
  pushRequest,
  SMN_CERTIFICATE,
  SMN_TOPIC,
  SNS_CERTIFICATE,
  SNS_TOPIC,
  smnPush,
  snsPush,
} from './signed-pushes.ts';

const TOKEN = 'the-token-of-the-rule';
const signer = makeCertificate();
const PROVIDERS = ['s3', 'oss', 'obs', 'qingstor'];
const NAMES = [
  'authorization',
  'content-md5',
  'content-type',
  'date',
  'x-amz-sns-message-type',
  'x-amz-sns-topic-arn',
  'x-eventbridge-signature-timestamp',
  'x-eventbridge-signature-url',
  'x-eventbridge-signature-v2',
  'x-mns-signing-cert-url',
  'x-mns-topic-name',
  'x-mns-topic-owner',
  'x-objectferry-signature',
  'x-objectferry-token',
  'x-smn-message-type',
];

const words = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'Notification',
    'SubscriptionConfirmation',
    SNS_TOPIC,
    SMN_TOPIC,
    SNS_CERTIFICATE,
    'Bearer x',
    '1',
    '',
  ),
  fc.base64String(),
);
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record(
      Object.fromEntries(
        ['Type', 'TopicArn', 'Signature', 'SigningCertURL', 'type', 'topic_urn', 'TopicOwner', '__proto__'].map(
          (name) => [name, words],
        ),
      ),
      { requiredKeys: [] },
    )
    .map((fields) => Buffer.from(JSON.stringify(fields))),
  fc.string().map((text) => Buffer.from(`<Notification><TopicOwner>1</TopicOwner>${text}</Notification>`)),
);
const requests: fc.Arbitrary<PushRequest> = fc.record({
  provider: fc.oneof(fc.constantFrom(...PROVIDERS), fc.string()),
  origin: fc.constant(ORIGIN),
  target: fc.oneof(
    fc.string(),
    fc.string().map((text) => `/events/s3?token=${text}`),
  ),
  headers: fc.dictionary(fc.constantFrom(...NAMES), words),
  body: bodies,
});

describe('whatever is pushed', () => {
  let world: PushWorld;
  beforeAll(async () => {
    world = await startPushWorld({
      rules: PROVIDERS.map((provider) => ({
        name: provider,
        provider,
        from: {
          topics: [SNS_TOPIC, SMN_TOPIC, MNS_TOPIC],
          token: { secret: 'token' },
          hmac: { secret: 'key' },
        },
      })),
      secrets: { token: TOKEN, key: 'the-key-of-the-rule' },
    });
    for (const url of [SNS_CERTIFICATE, SMN_CERTIFICATE, MNS_CERTIFICATE, EVENT_BRIDGE_CERTIFICATE]) {
      world.serve(url, signer.pem);
    }
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function judged(request: PushRequest): Promise<'believed' | Refusal> {
    return world.believe(request).then(
      () => 'believed' as const,
      (error: unknown) => (error instanceof Refusal ? error : Promise.reject(error)),
    );
  }

  it('bytes that nobody signed are refused in a sentence, and nothing is fetched for them', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const verdict = await judged(request);
        if (verdict === 'believed') return expect.fail('it was believed');
        expect([400, 403, 404]).toContain(verdict.status);
        // What is wrong, and what to do about it.
        expect(verdict.message).toMatch(/^[A-Z].*: .*[.]$/s);
        expect(verdict.message).not.toContain(TOKEN);
      }),
      { seed: 40, numRuns: 3_000 },
    );
    expect(world.fetched).toEqual([]);
  });

  it.each([
    ['SNS', () => snsPush({ key: signer.key, at: world.now() }), SNS_CERTIFICATE],
    ['SMN', () => smnPush({ key: signer.key, at: world.now() }), SMN_CERTIFICATE],
    ['MNS', () => mnsPush({ key: signer.key, at: world.now() }), MNS_CERTIFICATE],
    [
      'EventBridge',
      () => eventBridgePush({ key: signer.key, at: world.now(), token: TOKEN }),
      EVENT_BRIDGE_CERTIFICATE,
    ],
  ])(
    'a push of %s in which any one byte is changed is refused, and nothing but its certificate is fetched',
    async (_, make, url) => {
      const good = make();
      expect(await judged(good)).toBe('believed');
      const change = fc.record({ at: fc.nat(good.body.byteLength - 1), by: fc.integer({ min: 1, max: 255 }) });
      const before = world.fetched.length;
      await fc.assert(
        fc.asyncProperty(change, async ({ at, by }) => {
          const body = Buffer.from(good.body);
          body[at] = (body[at] ?? 0) ^ by;
          const verdict = await judged({ ...good, body });
          if (verdict === 'believed') expect(sameMeaning(good.body, body)).toBe(true);
        }),
        { seed: 41, numRuns: 400 },
      );
      // A changed byte can make the certificate's name another one of the same place; hosts never change.
      const hosts = new Set(world.fetched.slice(before).map((fetched) => new URL(fetched).host));
      expect([...hosts].filter((host) => host !== new URL(url).host)).toEqual([]);
      expect(world.fetched.length - before).toBeLessThanOrEqual(20);
    },
  );

  it('what is larger than 256 KiB is refused before anything is read of it', async () => {
    const body = 'x'.repeat(256 * 1024 + 1);
    for (const provider of PROVIDERS) {
      await world.expectRefused(pushRequest(provider, body, {}, `?token=${TOKEN}`), 413);
    }
    const largest = pushRequest('s3', body.slice(1), {}, `?token=${TOKEN}`);
    expect(await judged(largest)).toBe('believed');
  });

  it.each(['', 'S3', 'aws', '__proto__', 'constructor', 's3/', '../s3'])(
    'the provider %j is not there',
    async (provider) => {
      await world.expectRefused({ ...pushRequest('s3', '{}'), provider }, 404);
    },
  );
});

/** JSON whose unsigned parts differ, or that is only written otherwise, says the same. */
function sameMeaning(a: Uint8Array, b: Uint8Array): boolean {
  const read = (body: Uint8Array): string => {
    const fields: unknown = JSON.parse(Buffer.from(body).toString());
    return JSON.stringify(
      Object.entries(Object(fields))
        .filter(([name]) => SIGNED.has(name))
        .sort(),
    );
  };
  return read(a) === read(b);
}

const SIGNED: ReadonlySet<string> = new Set([
  ...['Type', 'MessageId', 'TopicArn', 'Message', 'Subject', 'Timestamp'],
  ...['type', 'message_id', 'topic_urn', 'message', 'subject', 'timestamp'],
]);
