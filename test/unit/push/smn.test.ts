import { beforeEach, describe, expect, it } from 'vitest';
import { withBody, withFields, withHeaders } from './altered.ts';
import { CERTIFICATE_DAYS, makeCertificate } from './made-certificate.ts';
import { DAY_MS, MINUTE_MS, type PushWorld, startPushWorld } from './push-world.ts';
import { SMN_CERTIFICATE, SMN_TOPIC, smnPush } from './signed-pushes.ts';

const [signer, stranger] = [makeCertificate(), makeCertificate()];
const rules = [{ name: 'films', provider: 'obs', from: { topics: [SMN_TOPIC] } }];
const CONFIRMATION = {
  type: 'SubscriptionConfirmation',
  message: 'You are invited to subscribe to the topic.',
  subject: undefined,
  subscribe_url: `https://console.otc.t-systems.com/smn/subscription/confirm?token=0a41&topic_urn=${SMN_TOPIC}&region=eu-de`,
};

describe('a push of SMN', () => {
  let world: PushWorld;
  beforeEach(async () => {
    world = await startPushWorld({ rules });
    world.serve(SMN_CERTIFICATE, signer.pem);
    return () => world[Symbol.asyncDispose]();
  });
  const push = (options: Partial<Parameters<typeof smnPush>[0]> = {}) =>
    smnPush({ key: signer.key, at: world.now(), ...options });
  const confirmation = (subscribe_url: string) => push({ fields: { ...CONFIRMATION, subscribe_url } });

  it('is believed, with a subject and without', async () => {
    const believed = { kind: 'message', origin: { kind: 'topic', topic: SMN_TOPIC }, text: '{"Records":[]}' };
    expect(await world.believe(push())).toEqual(believed);
    expect(await world.believe(push({ fields: { subject: '' } }))).toEqual(believed);
    expect(await world.believe(push({ fields: { subject: undefined } }))).toEqual(believed);
    expect(world.fetched).toEqual([SMN_CERTIFICATE]);
  });

  it('is believed for nothing but its message, whatever unsigned fields stand beside it', async () => {
    const smuggled = { Type: 'Notification', TopicArn: 'x', Message: '{"Records":["forged"]}', Records: ['forged'] };
    expect(await world.believe(withFields(push(), smuggled))).toMatchObject({ text: '{"Records":[]}' });
  });

  it('is believed when it is repeated inside the window, because that starts nothing new', async () => {
    const request = push();
    expect(await world.believe(request)).toEqual(await world.believe(request));
  });

  it('is confirmed where the signed address leads', async () => {
    expect(await world.believe(confirmation(CONFIRMATION.subscribe_url))).toEqual({
      kind: 'confirmation',
      topic: SMN_TOPIC,
      address: {
        origin: 'https://console.otc.t-systems.com',
        target: `/smn/subscription/confirm?token=0a41&topic_urn=${SMN_TOPIC}&region=eu-de`,
      },
    });
  });

  it.each([
    'https://console.huaweicloud.com/smn/subscription/confirm?token=1',
    'https://console-intl.huaweicloud.com/smn/subscription/confirm?token=1',
    'https://eu-de-console.huaweicloud.com/smn/subscription/confirm?token=1',
  ])('is confirmed at %s', async (url) => {
    expect(await world.believe(confirmation(url))).toMatchObject({ kind: 'confirmation' });
  });

  it.each([
    'http://console.huaweicloud.com/smn/subscription/confirm?token=1',
    'https://console.huaweicloud.com.evil.example/smn/subscription/confirm?token=1',
    'https://console.huaweicloud.com:8443/smn/subscription/confirm?token=1',
    'https://evil@console.huaweicloud.com/smn/subscription/confirm?token=1',
    'https://console.huaweicloud.com@evil.example/smn/subscription/confirm?token=1',
    'https://console.huaweicloud.com/smn/subscription/unsubscribe?token=1',
    'https://console.huaweicloud.com/smn/subscription/confirm/../../x?token=1',
    'https://console.huaweicloud.com/smn/subscription/confirm?token=1#@evil.example',
    'https://cn-north-4-console.huaweicloud.com/smn/subscription/confirm?token=1',
    'https://169.254.169.254/smn/subscription/confirm?token=1',
    '',
  ])('is not confirmed at "%s", although it is signed', async (url) => {
    const { message } = await world.expectRefused(confirmation(url), 403, 1);
    expect(message).toMatch(/confirm the subscription by hand/);
  });

  it('needs nothing when a subscription was ended', async () => {
    const believed = await world.believe(push({ fields: { ...CONFIRMATION, type: 'UnsubscribeConfirmation' } }));
    expect(believed).toMatchObject({ kind: 'nothing' });
  });

  it.each([
    ['an altered message', () => withFields(push(), { message: '{}' })],
    ['another subject', () => withFields(push(), { subject: 'other' })],
    ['another id', () => withFields(push(), { message_id: 'x' })],
    [
      'another confirmation address',
      () =>
        withFields(confirmation(CONFIRMATION.subscribe_url), {
          subscribe_url: 'https://console.huaweicloud.com/smn/subscription/confirm?token=2',
        }),
    ],
    ['a signature by another key', () => push({ key: stranger.key })],
  ])('is refused with %s', async (_, make) => {
    await world.expectRefused(make(), 403, 1);
  });

  it.each([
    ['a topic that no rule names', () => push({ fields: { topic_urn: `${SMN_TOPIC}2` } })],
    [
      'a header that contradicts its type',
      () => withHeaders(push(), { 'x-smn-message-type': 'UnsubscribeConfirmation' }),
    ],
    ['a header that contradicts its topic', () => withHeaders(push(), { 'x-smn-topic-urn': `${SMN_TOPIC}2` })],
    ['a date of 16 minutes ago', () => push({ at: new Date(world.now().getTime() - 16 * MINUTE_MS) })],
    ['something else as a signature', () => withFields(push(), { signature: '' })],
    [
      'a certificate of another region',
      () => push({ fields: { signing_cert_url: SMN_CERTIFICATE.replace('eu-de', 'eu-nl') } }),
    ],
  ])('is refused with %s, and nothing is fetched', async (_, make) => {
    await world.expectRefused(make(), 403, 0);
  });

  it.each([
    ['no JSON', () => withBody(push(), '<message/>')],
    ['no signature', () => withFields(push(), { signature: undefined })],
    ['another signature version', () => withFields(push(), { signature_version: 'v2' })],
    ['a type that is not documented here', () => push({ fields: { type: 'HttpSubscriptionUserConfirm' } })],
    ['a topic of two lines', () => push({ fields: { topic_urn: `${SMN_TOPIC}\ntype` } })],
  ])('is malformed with %s, and nothing is fetched', async (_, make) => {
    await world.expectRefused(make(), 400, 0);
  });

  it('is refused once the certificate has ended', async () => {
    world.pass((CERTIFICATE_DAYS + 1) * DAY_MS);
    await world.expectRefused(push(), 403, 1);
  });

  it('is postponed while the certificate cannot be had', async () => {
    world.serve(SMN_CERTIFICATE, { status: 500 });
    await world.expectRefused(push(), 503, 1);
  });
});

describe('a push of SMN where certificates are pinned', () => {
  const weak = makeCertificate('rsa:1024');
  let world: PushWorld;
  beforeEach(async () => {
    world = await startPushWorld({ rules, pinned: `${stranger.pem}\n${signer.pem}\n${weak.pem}` });
    world.serve(SMN_CERTIFICATE, makeCertificate().pem);
    return () => world[Symbol.asyncDispose]();
  });

  it('is believed by any of them, and nothing is fetched', async () => {
    const fields = { signing_cert_url: 'https://evil.example/x.pem' };
    for (const { key } of [signer, stranger]) {
      expect(await world.believe(smnPush({ key, at: world.now(), fields }))).toMatchObject({ kind: 'message' });
    }
    expect(world.fetched).toEqual([]);
  });

  it('is refused by any other, although its address is right', async () => {
    await world.expectRefused(smnPush({ key: makeCertificate().key, at: world.now() }), 403, 0);
  });

  it('is refused by one with a short key', async () => {
    await world.expectRefused(smnPush({ key: weak.key, at: world.now() }), 403, 0);
  });

  it('is refused by one that has ended', async () => {
    world.pass((CERTIFICATE_DAYS + 1) * DAY_MS);
    await world.expectRefused(smnPush({ key: signer.key, at: world.now() }), 403, 0);
  });
});
