import { beforeEach, describe, expect, it } from 'vitest';
import { withBody, withHeaders } from './altered.ts';
import { CERTIFICATE_DAYS, makeCertificate } from './made-certificate.ts';
import { DAY_MS, MINUTE_MS, type PushWorld, startPushWorld } from './push-world.ts';
import { MNS_CERTIFICATE, MNS_TOPIC, mnsBody, mnsPush } from './signed-pushes.ts';

const [signer, stranger] = [makeCertificate(), makeCertificate()];
const OTHER_FORM = MNS_TOPIC.replace('cn-hangzhou', 'cn-shanghai').replace('/topics', 'topics');
const TOKEN = 'a-token-of-mns-1234';

describe('a push of Simple Message Queue (MNS)', () => {
  let world: PushWorld;
  beforeEach(async () => {
    world = await startPushWorld({
      rules: [
        { name: 'films', provider: 'oss', from: { topics: [MNS_TOPIC] } },
        { name: 'same', provider: 'oss', from: { topics: [OTHER_FORM] } },
        { name: 'other', provider: 'oss', from: { topics: [`${MNS_TOPIC}-2`], token: { secret: 'token' } } },
        { name: 'obs', provider: 'obs', from: { topics: [MNS_TOPIC] } },
      ],
      secrets: { token: TOKEN },
    });
    world.serve(MNS_CERTIFICATE, signer.pem);
    return () => world[Symbol.asyncDispose]();
  });
  const push = (options: Partial<Parameters<typeof mnsPush>[0]> = {}) =>
    mnsPush({ key: signer.key, at: world.now(), ...options });
  const cert = (url: string) => push({ headers: { 'x-mns-signing-cert-url': Buffer.from(url).toString('base64') } });

  it.each(['XML', 'JSON', 'SIMPLIFIED'] as const)(
    'is believed in the form %s, by every rule of its topic',
    async (form) => {
      const text = mnsBody(form, { owner: '1234567890', name: 'new-objects' });
      const believed = { kind: 'message', origin: { kind: 'rules', rules: ['films', 'same'] }, text };
      expect(await world.believe(push({ form }))).toEqual(believed);
      expect(await world.believe(push({ form, query: '?from=mns' }))).toEqual(believed);
      expect(world.fetched).toEqual([MNS_CERTIFICATE]);
    },
  );

  it.each(['hex', 'base64', 'base64 of hex'] as const)('is believed with its MD5 as %s', async (hashForm) => {
    expect(await world.believe(push({ hashForm }))).toMatchObject({ kind: 'message' });
  });

  it('is believed with a certificate in its first place, under any name', async () => {
    const url = 'https://mnstest.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.version2.pem';
    world.serve(url, signer.pem);
    expect(await world.believe(cert(url))).toMatchObject({ kind: 'message' });
  });

  it('is believed when it is repeated inside the window, because that starts nothing new', async () => {
    const request = push();
    expect(await world.believe(request)).toEqual(await world.believe(request));
  });

  it.each([
    ['an altered header of MNS', () => withHeaders(push(), { 'x-mns-request-id': 'x' })],
    ['an added header of MNS', () => withHeaders(push(), { 'x-mns-message-tag': 'x' })],
    [
      'a fresher date',
      () => withHeaders(push({ at: new Date(world.now().getTime() - DAY_MS) }), { date: world.now().toUTCString() }),
    ],
    ['another content type', () => withHeaders(push(), { 'content-type': 'text/xml' })],
    ['another path', () => ({ ...push(), target: '/stage/events/oss' })],
    ['an added query', () => ({ ...push(), target: '/events/oss?x=1' })],
    ['a signature by another key', () => push({ key: stranger.key })],
    [
      'a topic in its headers that was not there',
      () =>
        withHeaders(push({ form: 'XML' }), { 'x-mns-topic-owner': '1234567890', 'x-mns-topic-name': 'new-objects' }),
    ],
  ])('is refused with %s', async (_, make) => {
    await world.expectRefused(make(), 403, 1);
  });

  it.each([
    ['an altered body', () => withBody(push(), 'e30=')],
    ['no hash of the body', () => withHeaders(push(), { 'content-md5': undefined })],
    ['no date', () => withHeaders(push(), { date: undefined })],
    ['no signature', () => withHeaders(push(), { authorization: undefined })],
    ['a date of 16 minutes ago', () => push({ at: new Date(world.now().getTime() - 16 * MINUTE_MS) })],
    ['a topic that no rule names', () => push({ topic: { owner: '1234567890', name: 'new-objects-3' } })],
    ['the topic of another account', () => push({ topic: { owner: '1234567891', name: 'new-objects' } })],
    [
      'the topic of another account in XML',
      () => push({ form: 'XML', topic: { owner: '1234567891', name: 'new-objects' } }),
    ],
    ['a certificate elsewhere', () => cert('https://mns-cert.oss-cn-hangzhou.aliyuncs.com.evil.example/x.pem')],
    [
      'a certificate without TLS, as in the documents',
      () => cert('http://mnstest.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem'),
    ],
  ])('is refused with %s, and nothing is fetched', async (_, make) => {
    await world.expectRefused(make(), 403, 0);
  });

  it.each([
    ['no topic', () => withHeaders(push(), { 'x-mns-topic-owner': undefined })],
    ['two topics', () => withBody(push(), mnsBody('JSON', { owner: '1234567890', name: 'other' }))],
    ['XML that is cut off', () => withBody(push(), '<Notification><TopicOwner>1')],
    ['JSON that is cut off', () => withBody(push(), '{"TopicOwner":')],
  ])('is malformed with %s, and nothing is fetched', async (_, make) => {
    await world.expectRefused(make(), 400, 0);
  });

  describe("of a topic of somebody else, whose SIMPLIFIED body looks like a message of the rule's topic", () => {
    const theirs = { owner: '6666666666', name: 'new-objects' };
    const ours = mnsBody('XML', { owner: '1234567890', name: 'new-objects' });
    it.each([
      ['with all headers', { 'x-mns-message-id': '1', 'x-mns-topic-owner': theirs.owner }],
      ['without the topic', { 'x-mns-message-id': '1', 'x-mns-topic-owner': undefined, 'x-mns-topic-name': undefined }],
      ['with half of the topic', { 'x-mns-topic-name': undefined }],
      ['with a topic that is no name', { 'x-mns-topic-name': 'new_objects' }],
    ])('is refused %s, and nothing is fetched', async (_, headers) => {
      const signed = push({ form: 'SIMPLIFIED', topic: theirs, body: ours, headers });
      await world.expectRefused(signed, 400, 0);
    });
  });

  it('is refused once the certificate has ended', async () => {
    world.pass((CERTIFICATE_DAYS + 1) * DAY_MS);
    await world.expectRefused(push(), 403, 1);
  });

  it('is refused with the key of 512 bits that MNS was seen with, and believed with a token instead', async () => {
    const seen = makeCertificate('rsa:512');
    world.serve(MNS_CERTIFICATE, seen.pem);
    const { message } = await world.expectRefused(push({ key: seen.key }), 403, 1);
    expect(message).toMatch(/512 bits, too few to prove anything: give the rule a token instead/);
    const believed = { kind: 'message', origin: { kind: 'rules', rules: ['other'] } };
    expect(await world.believe(push({ key: seen.key, query: `?token=${TOKEN}` }))).toMatchObject(believed);
  });

  it('is postponed while the certificate cannot be had', async () => {
    world.serve(MNS_CERTIFICATE, { status: 502 });
    await world.expectRefused(push(), 503, 1);
  });
});
