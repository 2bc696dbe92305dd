import { parseCertificate, pinnedCertificates } from '@objectferry/shared/events/push/certificate.ts';
import { type Certificates, createCertificates } from '@objectferry/shared/events/push/certificates.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from './made-certificate.ts';
import { DAY_MS, MINUTE_MS, type PushWorld, startPushWorld } from './push-world.ts';

const made = makeCertificate();
const ORIGIN = 'https://sns.eu-west-1.amazonaws.com';

describe('certificates', () => {
  let world: PushWorld;
  let certificates: Certificates;
  beforeEach(async () => {
    world = await startPushWorld();
    certificates = createCertificates(world.transport, world.now);
    return () => world[Symbol.asyncDispose]();
  });
  const get = (name: string) => certificates({ origin: ORIGIN, target: `/${name}` });
  const serve = (name: string, answer: Parameters<PushWorld['serve']>[1]) => world.serve(`${ORIGIN}/${name}`, answer);

  it('are kept for a day', async () => {
    serve('a', made.pem);
    const first = await get('a');
    expect(first.keyBits).toBe(2048);
    expect(await get('a')).toBe(first);
    expect(world.fetched).toEqual([`${ORIGIN}/a`]);
    world.pass(DAY_MS + 1);
    await get('a');
    expect(world.fetched).toHaveLength(2);
  });

  it('are fetched once for all who ask at the same time, and fail once for all', async () => {
    serve('a', made.pem);
    await Promise.all(Array.from({ length: 50 }, () => get('a')));
    const failures = await Promise.allSettled(Array.from({ length: 50 }, () => get('none')));
    expect(failures.every(({ status }) => status === 'rejected')).toBe(true);
    expect(world.fetched).toEqual([`${ORIGIN}/a`, `${ORIGIN}/none`]);
  });

  it.each([
    ['a 404, whatever it holds', { status: 404, body: made.pem }, 403],
    [
      'a redirect, which is not followed',
      { status: 302, body: made.pem, headers: { location: 'https://evil.example/x.pem' } },
      403,
    ],
    ['a server that is down', { status: 503 }, 503],
    ['throttling', { status: 429 }, 503],
    ['a reset', { delivery: { kind: 'reset' } }, 503],
    ['an answer that is cut', { body: made.pem, delivery: { kind: 'cut' } }, 503],
    ['more than 64 KiB', { body: `${made.pem}${' '.repeat(64 * 1024)}` }, 503],
    ['a page', { body: '<html>not found</html>' }, 403],
    ['nothing', { body: '' }, 403],
    ['two certificates', { body: made.pem + made.pem }, 403],
    ['a certificate that is cut', { body: made.pem.slice(0, 400) }, 403],
    ['a public key', { body: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' }, 403],
    ['a certificate of another kind of key', { body: makeCertificate('ec').pem }, 403],
    ['a certificate for another kind of signature', { body: makeCertificate('rsa-pss').pem }, 403],
  ] as const)('are refused for %s', async (_, answer, status) => {
    serve('a', answer);
    await expect(get('a')).rejects.toMatchObject({ name: 'Refusal', status });
  });

  it('that failed are asked for again soon, but not at once', async () => {
    await expect(get('a')).rejects.toMatchObject({ status: 403 });
    serve('a', made.pem);
    await expect(get('a')).rejects.toMatchObject({ status: 403 });
    expect(world.fetched).toHaveLength(1);
    world.pass(10_001);
    await get('a');
    expect(world.fetched).toHaveLength(2);
  });

  it('of ever new addresses cost a few fetches a minute, and do not cost those that are kept', async () => {
    serve('real', made.pem);
    await get('real');
    const flood = await Promise.allSettled(Array.from({ length: 1_000 }, (_, index) => get(`invented-${index}`)));
    const statuses = flood.map((result) => (result.status === 'rejected' ? result.reason.status : 200));
    expect(statuses.filter((status) => status === 403)).toHaveLength(19);
    expect(statuses.filter((status) => status === 503)).toHaveLength(981);
    expect(world.fetched).toHaveLength(20);
    await get('real');
    world.pass(MINUTE_MS + 1);
    await expect(get('invented-x')).rejects.toMatchObject({ status: 403 });
    expect(world.fetched).toHaveLength(21);
  });

  it('are kept in a bounded number, those that are used the longest', async () => {
    for (let index = 0; index < 40; index += 1) {
      serve(String(index), made.pem);
      await get(String(index));
      await get('0');
      world.pass(MINUTE_MS);
    }
    expect(world.fetched).toHaveLength(40);
    await get('39');
    expect(world.fetched).toHaveLength(40);
    await get('1');
    expect(world.fetched).toHaveLength(41);
  });
});

describe('pinned certificates', () => {
  it('are one or more in PEM, with anything between them', () => {
    expect(pinnedCertificates(made.pem)).toHaveLength(1);
    expect(pinnedCertificates(`subject=x\n${made.pem}\nsubject=y\n${makeCertificate().pem}`)).toHaveLength(2);
  });

  it.each([
    '',
    'x',
    made.pem.slice(0, 300),
    `${made.pem}${made.pem.replace(/^MII.*$/m, 'AAAA')}`,
    makeCertificate('ec').pem,
  ])('are a mistake in the configuration otherwise', (text) => {
    expect(() => pinnedCertificates(text)).toThrow(expect.objectContaining({ name: 'InvalidConfig' }));
  });

  it('are read with their dates', () => {
    const certificate = parseCertificate(made.pem);
    expect(certificate?.notAfter.getTime()).toBeGreaterThan(Date.now());
    expect(certificate?.notBefore.getTime()).toBeLessThanOrEqual(Date.now());
  });
});
