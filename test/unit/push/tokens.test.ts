import { createHmac } from 'node:crypto';
import { CopyError } from '@objectferry/shared/errors.ts';
import { believe } from '@objectferry/shared/events/push/believe.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from './made-certificate.ts';
import { MINUTE_MS, type PushWorld, startPushWorld } from './push-world.ts';
import { pushRequest, SNS_CERTIFICATE, SNS_TOPIC, snsPush } from './signed-pushes.ts';

const TOKEN = 'the-token-of-films';
const OTHER = 'the-token-of-music';
const KEY = 'the-key-of-films-hmac';
const BODY = '{"bucket":"raw","object":"a.mov"}';

const rules = ['s3', 'oss', 'obs', 'qingstor'].flatMap((provider) => [
  {
    name: `films-${provider}`,
    provider,
    from: { topics: [], token: { secret: `${provider}-films` }, hmac: { secret: 'key' } },
  },
  { name: `music-${provider}`, provider, from: { topics: [], token: { secret: `${provider}-music` } } },
  { name: `nobody-${provider}`, provider },
]);
const secrets = {
  key: KEY,
  ...Object.fromEntries(
    ['s3', 'oss', 'obs', 'qingstor'].flatMap((provider) => [
      [`${provider}-films`, `${TOKEN}-${provider}`],
      [`${provider}-music`, `${OTHER}-${provider}\n${OTHER}-${provider}-new\n`],
    ]),
  ),
};

function hmac(at: Date, body = BODY, key = KEY): string {
  const time = String(Math.floor(at.getTime() / 1000));
  return `t=${time},v1=${createHmac('sha256', key).update(`${time}.${body}`).digest('hex')}`;
}

describe.each(['s3', 'oss', 'obs', 'qingstor'])('a push to /events/%s with a token or an HMAC', (provider) => {
  let world: PushWorld;
  beforeEach(async () => {
    world = await startPushWorld({ rules, secrets });
    return () => world[Symbol.asyncDispose]();
  });
  const films = { kind: 'message', origin: { kind: 'rules', rules: [`films-${provider}`] }, text: BODY };
  const music = { kind: 'message', origin: { kind: 'rules', rules: [`music-${provider}`] }, text: BODY };

  it.each([
    ['Authorization', { authorization: `Bearer ${TOKEN}-${provider}` }, ''],
    ['Authorization, spelled otherwise', { authorization: `bearer  ${TOKEN}-${provider}` }, ''],
    ['x-objectferry-token', { 'x-objectferry-token': `${TOKEN}-${provider}` }, ''],
    ['the query', {}, `?token=${TOKEN}-${provider}`],
    ['the query, among others', {}, `?x=1&token=${TOKEN}-${provider}&y=2`],
  ])('is believed with the token in %s', async (_, headers, query) => {
    expect(await world.believe(pushRequest(provider, BODY, headers, query))).toEqual(films);
  });

  it('is believed with a token in Base64, also where its plus signs stand in the query as they are', async () => {
    const [rule] = rules.filter((known) => known.provider === provider);
    const token = 'Zm9v+/8=YmFy++8=';
    await using own = await startPushWorld({
      rules: rule ? [rule] : [],
      secrets: { ...secrets, [`${provider}-films`]: token },
    });
    for (const written of [token, encodeURIComponent(token)]) {
      expect(await own.believe(pushRequest(provider, BODY, {}, `?token=${written}`))).toEqual(films);
    }
  });

  it('is believed with either of two tokens while they are being changed over', async () => {
    for (const token of [`${OTHER}-${provider}`, `${OTHER}-${provider}-new`]) {
      expect(await world.believe(pushRequest(provider, BODY, {}, `?token=${token}`))).toEqual(music);
    }
  });

  it('is believed for both rules when it brings both tokens', async () => {
    const headers = { authorization: `Bearer ${TOKEN}-${provider}` };
    expect(await world.believe(pushRequest(provider, BODY, headers, `?token=${OTHER}-${provider}`))).toMatchObject({
      origin: { rules: [`films-${provider}`, `music-${provider}`] },
    });
  });

  it('is believed with an HMAC', async () => {
    const headers = { 'x-objectferry-signature': hmac(world.now()) };
    expect(await world.believe(pushRequest(provider, BODY, headers))).toEqual(films);
  });

  it.each([
    ['nothing', {}, ''],
    ['a wrong token', { authorization: 'Bearer wrong' }, ''],
    ['an empty token', { 'x-objectferry-token': '' }, '?token='],
    ['a part of the token', { authorization: `Bearer ${TOKEN}` }, ''],
    ['both tokens as one', {}, `?token=${encodeURIComponent(`${OTHER}-${provider}\n${OTHER}-${provider}-new`)}`],
    ['the token in the path', {}, `/${TOKEN}-${provider}`],
    ["another provider's token", { authorization: `Bearer ${TOKEN}-${provider === 's3' ? 'oss' : 's3'}` }, ''],
    ['Basic', { authorization: `Basic ${Buffer.from(`x:${TOKEN}-${provider}`).toString('base64')}` }, ''],
    ['the HMAC key as a token', { authorization: `Bearer ${KEY}` }, ''],
    ['a malformed HMAC', { 'x-objectferry-signature': 'v1=00' }, ''],
    ['many tokens', {}, `?${'token=x&'.repeat(1000)}token=${TOKEN}-${provider}`],
  ])('is refused with %s', async (_, headers, query) => {
    const { message } = await world.expectRefused(pushRequest(provider, BODY, headers, query), 403);
    expect(message).not.toContain(TOKEN);
  });

  it('is refused with an HMAC of another body, another key or another time', async () => {
    const now = world.now();
    const fresh = hmac(now);
    const bad = [
      hmac(now, '{}'),
      hmac(now, BODY, 'another-key-of-nobody'),
      fresh.replace(/^t=\d+/, `t=${Math.floor(now.getTime() / 1000) + 1}`),
      fresh.toUpperCase(),
      `${fresh}0`,
      hmac(new Date(now.getTime() - 16 * MINUTE_MS)),
      hmac(new Date(now.getTime() + 16 * MINUTE_MS)),
    ];
    for (const value of bad) {
      await world.expectRefused(pushRequest(provider, BODY, { 'x-objectferry-signature': value }), 403);
    }
  });
});

describe('the secrets of rules', () => {
  const withSecrets = (secret: (id: string) => Promise<string>) =>
    startPushWorld({
      rules: rules.filter(({ provider }) => provider === 's3'),
    }).then((world) => ({ world, parts: { ...world.parts, secret } }));

  it('are not asked for when a push brings none', async () => {
    await using world = await startPushWorld({ rules });
    await world.expectRefused(pushRequest('s3', BODY), 403);
  });

  it('that cannot be read postpone a push, but not one that another rule believes', async () => {
    const { world, parts } = await withSecrets(async (id) => {
      if (id === 's3-music') return OTHER.repeat(2);
      throw new CopyError('Throttled', 'The secret cannot be read just now.');
    });
    await using _ = world;
    await expect(believe(pushRequest('s3', BODY, {}, '?token=unknown'), parts)).rejects.toMatchObject({ status: 503 });
    expect(await believe(pushRequest('s3', BODY, {}, `?token=${OTHER.repeat(2)}`), parts)).toMatchObject({
      origin: { rules: ['music-s3'] },
    });
  });

  it.each(['', 'short', `${TOKEN}\nshort`])('that are too short, like %j, vouch for nothing', async (text) => {
    const { world, parts } = await withSecrets(async () => text);
    await using _ = world;
    for (const token of ['', 'short', TOKEN]) {
      await expect(
        believe(pushRequest('s3', BODY, { authorization: `Bearer ${token || 'x'}` }), parts),
      ).rejects.toMatchObject({
        status: 503,
        cause: { name: 'InvalidConfig' },
      });
    }
  });
});

describe('a confirmation with a token', () => {
  const signer = makeCertificate();
  const confirmation = (at: Date) => {
    const fields = { Type: 'SubscriptionConfirmation', Token: '1', SubscribeURL: 'https://x.example' };
    return { ...snsPush({ key: signer.key, at, fields }), target: `/events/s3?token=${TOKEN}-s3` };
  };

  it('is still answered only for topics that a rule names', async () => {
    await using world = await startPushWorld({ rules, secrets });
    await world.expectRefused(confirmation(world.now()), 403, 0);
  });

  it('is answered for those, once its signature is verified', async () => {
    const named = { name: 'named', provider: 's3', from: { topics: [SNS_TOPIC] } };
    await using world = await startPushWorld({ rules: [...rules, named], secrets });
    world.serve(SNS_CERTIFICATE, signer.pem);
    expect(await world.believe(confirmation(world.now()))).toMatchObject({ kind: 'confirmation', topic: SNS_TOPIC });
    expect(world.fetched).toEqual([SNS_CERTIFICATE]);
  });
});
