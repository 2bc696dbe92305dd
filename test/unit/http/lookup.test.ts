import { describe, expect, it } from 'vitest';
import { guardedLookup, type SystemLookup } from '../../../shared/http/lookup.ts';

function resolve(hostname: string, all: boolean, system: SystemLookup): Promise<unknown> {
  return new Promise((done) => {
    guardedLookup(system)(hostname, { all }, (error, address, family) =>
      done(error === null ? [address, family] : error),
    );
  });
}

const never: SystemLookup = () => {
  throw new Error('asked the system');
};
const gives =
  (...addresses: string[]): SystemLookup =>
  (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('guardedLookup', () => {
  it.each(['localhost', 'bucket.oss.localhost'])('takes %s for this machine without asking', async (name) => {
    expect(await resolve(name, false, never)).toEqual(['127.0.0.1', 4]);
    expect(await resolve(name, true, never)).toEqual([
      [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ],
      undefined,
    ]);
  });

  it('gives what the system says', async () => {
    expect(await resolve('example.com', false, gives('2001:db8::1', '192.0.2.1'))).toEqual(['2001:db8::1', 6]);
    expect(await resolve('example.com', true, gives('192.0.2.1'))).toEqual([
      [{ address: '192.0.2.1', family: 4 }],
      undefined,
    ]);
    // Internal endpoints of OSS resolve to such addresses.
    expect(await resolve('example.com', false, gives('100.118.28.45'))).toEqual(['100.118.28.45', 4]);
  });

  it.each([['169.254.169.254'], ['192.0.2.1', '100.100.100.200'], ['fe80::1'], ['::ffff:169.254.169.254']])(
    'refuses a name that leads to %s',
    async (...addresses) => {
      expect(await resolve('metadata.example.com', true, gives(...addresses))).toMatchObject({
        code: 'EADDRFORBIDDEN',
      });
    },
  );

  it('passes on failures, and finds none in an empty answer', async () => {
    const error = Object.assign(new Error('no'), { code: 'EAI_AGAIN' });
    expect(await resolve('example.com', true, (_name, _options, callback) => callback(error, []))).toBe(error);
    expect(await resolve('example.com', true, gives())).toMatchObject({ code: 'ENOTFOUND' });
  });
});
