import { constants, createHmac, privateEncrypt } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { withBody, withHeaders } from './altered.ts';
import { makeCertificate } from './made-certificate.ts';
import { DAY_MS, type PushWorld, startPushWorld } from './push-world.ts';
import { CLOUD_EVENT, EVENT_BRIDGE_CERTIFICATE, eventBridgePush, ORIGIN, pushRequest } from './signed-pushes.ts';

const [signer, stranger] = [makeCertificate(), makeCertificate()];
const TOKEN = 'a-token-of-eventbridge';
const SECOND_MS = 1_000;

describe("a push of Alibaba's EventBridge", () => {
  let world: PushWorld;
  beforeEach(async () => {
    world = await startPushWorld({
      rules: [
        { name: 'films', provider: 'oss', from: { topics: [], token: { secret: 'token' } } },
        { name: 'music', provider: 'oss', from: { topics: [], token: { secret: 'another' } } },
      ],
      secrets: { token: TOKEN, another: 'the-token-of-music' },
    });
    world.serve(EVENT_BRIDGE_CERTIFICATE, signer.pem);
    return () => world[Symbol.asyncDispose]();
  });
  const push = (options: Partial<Parameters<typeof eventBridgePush>[0]> = {}) =>
    eventBridgePush({ key: signer.key, at: world.now(), token: TOKEN, ...options });
  const ago = (ms: number) => new Date(world.now().getTime() - ms);
  const believed = { kind: 'message', origin: { kind: 'rules', rules: ['films'] }, text: CLOUD_EVENT };

  it.each(['', '\n'] as const)('is believed with a token and a signature whose text ends with %j', async (end) => {
    expect(await world.believe(push({ end }))).toEqual(believed);
    expect(world.fetched).toEqual([EVENT_BRIDGE_CERTIFICATE]);
  });

  it.each([true, false])(
    'is believed with the token in another header (an empty line for its own: %s)',
    async (emptyToken) => {
      const request = push({ token: undefined, emptyToken });
      expect(await world.believe(withHeaders(request, { 'x-objectferry-token': TOKEN }))).toEqual(believed);
    },
  );

  it('is believed with the token in its address, which is signed', async () => {
    const url = `${ORIGIN}/events/oss?token=${TOKEN}`;
    const request = push({ token: undefined, url });
    expect(await world.believe({ ...request, target: `/events/oss?token=${TOKEN}` })).toEqual(believed);
  });

  it('is believed with a key of 1024 bits, because the token vouches', async () => {
    const old = makeCertificate('rsa:1024');
    world.serve(EVENT_BRIDGE_CERTIFICATE, old.pem);
    expect(await world.believe(push({ key: old.key }))).toEqual(believed);
  });

  it('is believed for the rule of its token and no other', async () => {
    expect(await world.believe(push({ token: 'the-token-of-music' }))).toEqual({
      kind: 'message',
      origin: { kind: 'rules', rules: ['music'] },
      text: CLOUD_EVENT,
    });
  });

  it('is refused without a token: anybody can have EventBridge sign any body', async () => {
    await world.expectRefused(push({ token: undefined }), 403, 0);
    await world.expectRefused(push({ token: 'some other token' }), 403, 0);
  });

  it.each([
    ['an altered body', () => withBody(push(), CLOUD_EVENT.replace('"1"', '"2"'))],
    [
      'a fresher date',
      () =>
        withHeaders(push({ at: ago(DAY_MS) }), {
          'x-eventbridge-signature-timestamp': String(world.now().getTime()),
        }),
    ],
    ['another version', () => withHeaders(push(), { 'x-eventbridge-signature-version': '2.0' })],
    ['another address', () => push({ url: `${ORIGIN}/events/s3` })],
    ['another host', () => ({ ...push(), origin: 'https://other.example.com' })],
    ['a signature by another key', () => push({ key: stranger.key })],
  ])('is refused with its token, but %s', async (_, make) => {
    await world.expectRefused(make(), 403, 1);
  });

  it.each([
    ['a date of 61 seconds ago', () => push({ at: ago(61 * SECOND_MS) })],
    ['a date in 61 seconds', () => push({ at: ago(-61 * SECOND_MS) })],
    ['a date that is none', () => withHeaders(push(), { 'x-eventbridge-signature-timestamp': 'now' })],
    ['another hash', () => withHeaders(push(), { 'x-eventbridge-hash-method': 'MD5' })],
    [
      'a certificate elsewhere',
      () => withHeaders(push(), { 'x-eventbridge-signature-url': 'https://evil.oss-accelerate.aliyuncs.com/x.pem' }),
    ],
    ['no certificate', () => withHeaders(push(), { 'x-eventbridge-signature-url': undefined })],
    ['an empty signature', () => withHeaders(push(), { 'x-eventbridge-signature-v2': '' })],
  ])('is refused with its token, but %s, and nothing is fetched', async (_, make) => {
    await world.expectRefused(make(), 403, 0);
  });

  it('is believed up to 60 seconds of age', async () => {
    expect(await world.believe(push({ at: ago(59 * SECOND_MS) }))).toEqual(believed);
  });

  describe('with a signature of version 1', () => {
    const withSecret = (secret: string, body: string, at: Date) => {
      const padding = constants.RSA_PKCS1_PADDING;
      const fixed = {
        'x-eventbridge-signature-timestamp': String(at.getTime()),
        'x-eventbridge-signature-method': 'HMAC-SHA1',
        'x-eventbridge-signature-version': '1.0',
        'x-eventbridge-signature-url': EVENT_BRIDGE_CERTIFICATE,
      };
      const head = Object.entries(fixed).map(([name, value]) => `${name}: ${value}\n`);
      const text = `${ORIGIN}/events/oss\n${head.join('')}${body}\n`;
      return pushRequest('oss', body, {
        ...fixed,
        'x-eventbridge-signature-secret': privateEncrypt({ key: signer.key, padding }, Buffer.from(secret)).toString(
          'base64',
        ),
        'x-eventbridge-signature': createHmac('sha1', secret).update(text).digest('base64'),
      });
    };

    it('is refused without a token, because its key comes along and fits every forgery', async () => {
      await world.expectRefused(withSecret('seen-in-another-push', CLOUD_EVENT, world.now()), 403, 0);
    });

    it('is believed with a token, in its minute', async () => {
      const header = { 'x-eventbridge-signature-token': TOKEN };
      const fresh = withSecret('secret', CLOUD_EVENT, world.now());
      expect(await world.believe(withHeaders(fresh, header))).toEqual(believed);
      await world.expectRefused(withHeaders(withSecret('secret', CLOUD_EVENT, ago(61 * SECOND_MS)), header), 403, 0);
    });
  });
});
