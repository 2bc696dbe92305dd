import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { credentialSource, customerKeyFrom, keepSecrets } from '#functions/secrets.ts';

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

describe('a secret that is kept', () => {
  const keeping = () => {
    const state = { text: 'one', now: 0, reads: 0, broken: false };
    const read = keepSecrets(
      async () => {
        state.reads += 1;
        if (state.broken) throw new Error('busy');
        return state.text;
      },
      () => state.now,
    );
    return { state, read };
  };

  it('is read once for all who ask at the same time, and again when it is five minutes old', async () => {
    const { state, read } = keeping();
    expect(await Promise.all([read('id'), read('id')])).toEqual(['one', 'one']);
    state.text = 'two';
    state.now = 299_999;
    expect(await read('id')).toBe('one');
    state.now = 300_000;
    expect(await read('id')).toBe('two');
    expect(state.reads).toBe(2);
  });

  it('is read at once when it has to be fresh, and is that for everybody from then on', async () => {
    const { state, read } = keeping();
    await read('id');
    state.text = 'two';
    expect(await read('id', true)).toBe('two');
    expect(await read('id')).toBe('two');
    expect(state.reads).toBe(2);
  });

  it('is not kept when it could not be read', async () => {
    const { state, read } = keeping();
    state.broken = true;
    await expect(read('id')).rejects.toThrow('busy');
    state.broken = false;
    expect(await read('id')).toBe('one');
  });
});

describe('credentials that were refused', () => {
  const rotating = () => {
    const state = { accessKeyId: 'AK', reads: 0 };
    const readSecret = keepSecrets(
      async () => {
        state.reads += 1;
        return JSON.stringify({ accessKeyId: state.accessKeyId, secretAccessKey: SECRET });
      },
      () => 0,
    );
    return { state, source: credentialSource({ secret: 'objectferry/hz' }, 'hz', { env: {}, readSecret }) };
  };

  it('are read again past the cache, once for all requests that were refused', async () => {
    const { state, source } = rotating();
    const old = await source();
    state.accessKeyId = 'AK2';
    const fresh = await Promise.all([source(old), source(old), source(old)]);
    expect(new Set(fresh).size).toBe(1);
    expect(fresh[0]).toMatchObject({ accessKeyId: 'AK2' });
    expect(state.reads).toBe(2);
    // One that was under way with the old keys comes back late.
    expect(await source(old)).toBe(fresh[0]);
    expect(state.reads).toBe(2);
  });

  it('are the same object when nothing has changed', async () => {
    const { source } = rotating();
    const old = await source();
    expect(await source(old)).toBe(old);
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
