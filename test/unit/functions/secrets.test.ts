import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { credentialSource, customerKeyFrom } from '#functions/secrets.ts';

const SECRET = 'a-very-secret-key';
const TOKEN = 'a-very-secret-token';
const noSecret = () => expect.fail('no secret was to be read');

describe('credentials from the environment', () => {
  const source = (env: Record<string, string>) => credentialSource({ env: 'HZ' }, 'hz', { env, readSecret: noSecret });

  it('OSS-22 are key, secret and, if there is one, token', async () => {
    const keys = await source({ HZ_ACCESS_KEY_ID: 'AK', HZ_SECRET_ACCESS_KEY: SECRET, HZ_SESSION_TOKEN: TOKEN })();
    expect(keys).toMatchObject({ accessKeyId: 'AK', secretAccessKey: SECRET, sessionToken: TOKEN });
    const permanent = await source({ HZ_ACCESS_KEY_ID: 'AK', HZ_SECRET_ACCESS_KEY: SECRET, HZ_SESSION_TOKEN: '' })();
    expect(permanent.sessionToken).toBeUndefined();
  });

  it('OSS-22 are the same object until they change, and the new ones when they do', async () => {
    const env = { HZ_ACCESS_KEY_ID: 'AK', HZ_SECRET_ACCESS_KEY: SECRET };
    const read = source(env);
    const first = await read();
    expect(await read()).toBe(first);
    env.HZ_SECRET_ACCESS_KEY = 'rotated';
    expect(await read()).toMatchObject({ secretAccessKey: 'rotated' });
  });

  it.each([
    [{}, 'set HZ_ACCESS_KEY_ID and HZ_SECRET_ACCESS_KEY in the environment'],
    [{ HZ_ACCESS_KEY_ID: 'AK' }, 'set HZ_SECRET_ACCESS_KEY in the environment'],
    [{ HZ_ACCESS_KEY_ID: '', HZ_SECRET_ACCESS_KEY: SECRET }, 'set HZ_ACCESS_KEY_ID in the environment'],
  ])('name what is missing of %o', async (env, sentence) => {
    await expect(source(env)()).rejects.toMatchObject({ name: 'InvalidConfig' });
    await expect(source(env)()).rejects.toThrow(sentence);
  });
});

describe('credentials from a secret', () => {
  const source = (text: string) =>
    credentialSource({ secret: 'objectferry/hz' }, 'hz', { env: {}, readSecret: async () => text });

  it('OSS-22 are JSON', async () => {
    const text = JSON.stringify({ accessKeyId: 'AK', secretAccessKey: SECRET, sessionToken: TOKEN, note: 'kept' });
    expect(await source(text)()).toMatchObject({ accessKeyId: 'AK', secretAccessKey: SECRET, sessionToken: TOKEN });
  });

  it.each([
    [SECRET, 'is not JSON'],
    ['{"accessKeyId": "AK"}', 'secretAccessKey is missing'],
    [`{"accessKeyId": "", "secretAccessKey": "${SECRET}"}`, 'accessKeyId is empty'],
  ])('refuse a bad one without quoting it', async (text, sentence) => {
    const error: unknown = await source(text)().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'InvalidConfig' });
    expect(String(error)).toContain(sentence);
    expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
  });
});

describe('what is secret', () => {
  it('does not show in JSON, logs or inspection', async () => {
    const env = { HZ_ACCESS_KEY_ID: 'AK', HZ_SECRET_ACCESS_KEY: SECRET, HZ_SESSION_TOKEN: TOKEN };
    const keys = await credentialSource({ env: 'HZ' }, 'hz', { env, readSecret: noSecret })();
    const key = await customerKeyFrom(async () => Buffer.alloc(32, 'k').toString('base64'), 'objectferry/key');
    for (const shown of [
      JSON.stringify({ keys, key }),
      inspect({ keys, key }, { depth: 9, showHidden: true }),
      `${keys}${key}`,
    ]) {
      expect(shown).not.toContain(SECRET);
      expect(shown).not.toContain(TOKEN);
      expect(shown).not.toContain('kkkk');
    }
  });

  it('a customer key has 32 bytes', async () => {
    const read = async () => 'c2hvcnQ=';
    await expect(customerKeyFrom(read, 'objectferry/key')).rejects.toThrow('store the base64 of 32 bytes');
  });
});
