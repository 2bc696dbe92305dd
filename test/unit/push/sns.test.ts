import { beforeEach, describe, expect, it } from 'vitest';
import { withBody, withFields, withHeaders } from './altered.ts';
import { CERTIFICATE_DAYS, makeCertificate } from './made-certificate.ts';
import { DAY_MS, MINUTE_MS, type PushWorld, startPushWorld } from './push-world.ts';
import { SNS_CERTIFICATE, SNS_TOPIC, snsPush } from './signed-pushes.ts';

const CONFIRMATION = {
  Type: 'SubscriptionConfirmation',
  Token: '2336412f37',
  SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription',
  Message: 'You have chosen to subscribe to the topic.',
};

describe('a push of Amazon SNS', () => {
  const [signer, stranger] = [makeCertificate(), makeCertificate()];
  let world: PushWorld;
  beforeEach(async () => {
    const from = { topics: [SNS_TOPIC, 'arn:aws-cn:sns:cn-north-1:111122223333:t'] };
    world = await startPushWorld({ rules: [{ name: 'films', provider: 's3', from }] });
    world.serve(SNS_CERTIFICATE, signer.pem);
    return () => world[Symbol.asyncDispose]();
  });
  const push = (options: Partial<Parameters<typeof snsPush>[0]> = {}) =>
    snsPush({ key: signer.key, at: world.now(), ...options });

  it.each(['1', '2'] as const)('is believed with signature version %s', async (version) => {
    const believed = { kind: 'message', origin: { kind: 'topic', topic: SNS_TOPIC }, text: '{"Records":[]}' };
    expect(await world.believe(push({ version }))).toEqual(believed);
    expect(await world.believe(push({ version, fields: { Subject: 'Amazon S3\nNotification' } }))).toEqual(believed);
    expect(world.fetched).toEqual([SNS_CERTIFICATE]);
  });

  it('is believed for nothing but its message, whatever unsigned fields stand beside it', async () => {
    const smuggled = {
      objectferry: 'push',
      type: 'Notification',
      topic_urn: 'x',
      message: 'forged',
      Records: ['forged'],
    };
    expect(await world.believe(withFields(push(), smuggled))).toMatchObject({ text: '{"Records":[]}' });
  });

  it('is believed when it is repeated inside the window, because that starts nothing new', async () => {
    const request = push();
    expect(await world.believe(request)).toEqual(await world.believe(request));
  });

  it('is believed with a subject that is null, which SNS does not sign', async () => {
    expect(await world.believe(withFields(push(), { Subject: null }))).toMatchObject({ kind: 'message' });
  });

  it('is confirmed at the address of the topic, whatever SubscribeURL says', async () => {
    const SubscribeURL = 'https://evil.example/?Action=ConfirmSubscription';
    expect(await world.believe(push({ fields: { ...CONFIRMATION, SubscribeURL } }))).toEqual({
      kind: 'confirmation',
      topic: SNS_TOPIC,
      address: {
        origin: 'https://sns.eu-west-1.amazonaws.com',
        target: `/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(SNS_TOPIC)}&Token=2336412f37`,
      },
    });
  });

  it('is confirmed in China under its own name', async () => {
    const TopicArn = 'arn:aws-cn:sns:cn-north-1:111122223333:t';
    const SigningCertURL = SNS_CERTIFICATE.replace('eu-west-1.amazonaws.com', 'cn-north-1.amazonaws.com.cn');
    world.serve(SigningCertURL, signer.pem);
    const request = push({ fields: { ...CONFIRMATION, TopicArn, SigningCertURL } });
    expect(await world.believe(request)).toMatchObject({
      address: { origin: 'https://sns.cn-north-1.amazonaws.com.cn' },
    });
  });

  it('needs nothing when a subscription was ended', async () => {
    const believed = await world.believe(push({ fields: { ...CONFIRMATION, Type: 'UnsubscribeConfirmation' } }));
    expect(believed).toMatchObject({ kind: 'nothing', reason: expect.stringContaining(SNS_TOPIC) });
  });

  it.each([
    ['an altered message', () => withFields(push(), { Message: '{"Records":[1]}' })],
    ['an added subject', () => withFields(push(), { Subject: 'x' })],
    ['a removed subject', () => withFields(push({ fields: { Subject: 'x' } }), { Subject: undefined })],
    ['another id', () => withFields(push(), { MessageId: 'x' })],
    [
      'a fresher date',
      () => withFields(push({ at: new Date(world.now().getTime() - DAY_MS) }), { Timestamp: world.now() }),
    ],
    [
      'a notification made a confirmation',
      () => withFields(withHeaders(push(), { 'x-amz-sns-message-type': CONFIRMATION.Type }), CONFIRMATION),
    ],
    ['a signature by another key', () => push({ key: stranger.key })],
    ['the other hash', () => withFields(push(), { SignatureVersion: '1' })],
    ['no signature that could be one, in base64', () => withFields(push(), { Signature: 'A'.repeat(344) })],
  ])('is refused with %s', async (_, make) => {
    await world.expectRefused(make(), 403, 1);
  });

  it.each([
    ['a topic that no rule names', () => push({ fields: { TopicArn: `${SNS_TOPIC}2` } })],
    ['a topic that begins like one', () => push({ fields: { TopicArn: SNS_TOPIC.slice(0, -1) } })],
    [
      'a header that contradicts its type',
      () => withHeaders(push(), { 'x-amz-sns-message-type': 'SubscriptionConfirmation' }),
    ],
    ['a header that contradicts its topic', () => withHeaders(push(), { 'x-amz-sns-topic-arn': `${SNS_TOPIC}2` })],
    ['a date of 16 minutes ago', () => push({ at: new Date(world.now().getTime() - 16 * MINUTE_MS) })],
    ['a date in 16 minutes', () => push({ at: new Date(world.now().getTime() + 16 * MINUTE_MS) })],
    ['a date that is none', () => push({ fields: { Timestamp: 'yesterday' } })],
    ['an unknown signature version', () => withFields(push(), { SignatureVersion: '3' })],
    ['something else as a signature', () => withFields(push(), { Signature: '../../etc/passwd' })],
    [
      'a certificate of another region',
      () => push({ fields: { SigningCertURL: SNS_CERTIFICATE.replace('eu-west-1', 'us-east-1') } }),
    ],
  ])('is refused with %s, and nothing is fetched', async (_, make) => {
    await world.expectRefused(make(), 403, 0);
  });

  it.each([
    ['no JSON', () => withBody(push(), 'Notification')],
    ['a JSON text', () => withBody(push(), '"Notification"')],
    ['no signature', () => withFields(push(), { Signature: undefined })],
    ['no certificate', () => withFields(push(), { SigningCertURL: undefined })],
    ['no topic', () => withFields(push(), { TopicArn: undefined })],
    ['another type', () => push({ fields: { Type: 'Notification\nMore' } })],
    ['a field of two lines', () => push({ fields: { MessageId: 'x\nTimestamp' } })],
    ['bytes that are no UTF-8', () => ({ ...push(), body: Buffer.from([0x7b, 0xff, 0x7d]) })],
  ])('is malformed with %s, and nothing is fetched', async (_, make) => {
    await world.expectRefused(make(), 400, 0);
  });

  it('is refused as a confirmation without a token', async () => {
    await world.expectRefused(push({ fields: { ...CONFIRMATION, Token: undefined } }), 400, 1);
  });

  it('is refused as a confirmation with another token', async () => {
    await world.expectRefused(withFields(push({ fields: CONFIRMATION }), { Token: 'x' }), 403, 1);
  });

  it('is refused once the certificate has ended', async () => {
    world.pass((CERTIFICATE_DAYS + 1) * DAY_MS);
    const { message } = await world.expectRefused(push(), 403, 1);
    expect(message).toMatch(/not valid now/);
  });

  it('is refused before the certificate begins', async () => {
    world.pass(-DAY_MS);
    await world.expectRefused(push(), 403, 1);
  });

  it.each(['rsa:1024', 'rsa:512'] as const)('is refused with a key of %s', async (kind) => {
    const weak = makeCertificate(kind);
    world.serve(SNS_CERTIFICATE, weak.pem);
    const { message } = await world.expectRefused(push({ key: weak.key }), 403, 1);
    expect(message).toMatch(/too few to prove anything/);
  });

  it('is postponed while the certificate cannot be had', async () => {
    world.serve(SNS_CERTIFICATE, { status: 503 });
    await world.expectRefused(push(), 503, 1);
  });

  it('is refused without headers that say what it is', async () => {
    await world.expectRefused({ ...push(), headers: {} }, 403, 0);
  });
});
