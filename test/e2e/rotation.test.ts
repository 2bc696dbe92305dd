import { setTimeout } from 'node:timers/promises';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, expect, it } from 'vitest';
import { createProcessRuntime } from '#functions/process-runtime.ts';
import { keepSecrets } from '#functions/secrets.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import type { TemporaryAccount } from '../emulators/account.ts';
import { EMULATED, storeFor } from '../emulators/catalogue.ts';
import { startObsEmulator } from '../emulators/obs/emulator.ts';
import { startOssEmulator } from '../emulators/oss/emulator.ts';
import { startQingstorEmulator } from '../emulators/qingstor/emulator.ts';
import { startS3Emulator } from '../emulators/s3/emulator.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;
const PARTS = 6;

const OLD: TemporaryAccount = { accessKeyId: 'AKIDOLDKEYOLDKEYOLD1', secretAccessKey: 'the-old-secret' };
const NEW: TemporaryAccount = { accessKeyId: 'AKIDNEWKEYNEWKEYNEW1', secretAccessKey: 'the-new-secret' };

const STARTERS = { oss: startOssEmulator, obs: startObsEmulator, s3: startS3Emulator, qingstor: startQingstorEmulator };
const names = ['oss', 'obs', 's3', 'qingstor'] as const;
/** S3 refuses a HEAD without a word and locks nobody out: there a second request asks for the reason. */
const asked = (name: string) => (name === 's3' ? 2 : 1);

/** A provider whose accounts change under way, and a secret that is changed with them, or is not. */
async function startRotation(name: (typeof names)[number], before: TemporaryAccount, secret: TemporaryAccount) {
  const provider = EMULATED[name];
  if (provider === undefined) return expect.fail(`${name} is not emulated`);
  const [from, to] = provider.buckets;
  const accounts = [before];
  let text = JSON.stringify(secret);
  let [reads, rotateAt] = [0, Number.POSITIVE_INFINITY];
  let rotate = () => {};
  const emulator = await STARTERS[name]({
    buckets: provider.buckets,
    accounts,
    keepRequests: 1000,
    onRequest: ({ partNumber = 0 }) => {
      if (partNumber < rotateAt) return;
      rotateAt = Number.POSITIVE_INFINITY;
      rotate();
    },
  });
  const transport = createTransport();
  const store = { ...storeFor(name, provider, emulator), credentials: { secret: 'objectferry/keys' } };
  const runtime = createProcessRuntime({
    stores: parseStores({ stores: { [name]: store } }),
    transport,
    env: {},
    readSecret: keepSecrets(async () => {
      reads += 1;
      return text;
    }, Date.now),
    observe: () => undefined,
  });
  emulator.model.putObject(from, 'key', seededBytes(PARTS * provider.partSizeMiB * MIB));
  const sleep = (ms: number) => setTimeout(Math.min(ms, 3));
  return {
    emulator,
    /** Once this part is asked for, these accounts are the only ones, and the secret says this. */
    rotateAtPart: (partNumber: number, after: TemporaryAccount, stored: TemporaryAccount | undefined) => {
      rotateAt = partNumber;
      rotate = () => {
        accounts.splice(0, accounts.length, after);
        if (stored !== undefined) text = JSON.stringify(stored);
      };
    },
    reads: () => reads,
    copy: () =>
      runCopy({
        request: {
          source: `${name}://${from}/key`,
          destination: `${name}://${to}/copy`,
          options: { partSizeMiB: provider.partSizeMiB, maxInFlight: 1 },
        },
        runtime: { ...runtime, clock: { ...runtime.clock, sleep } },
        retryIntervalMs: 1,
      }),
    same: () => {
      const [source, copy] = [emulator.model.getObject(from, 'key'), emulator.model.getObject(to, 'copy')];
      return copy !== undefined && source?.content.toBuffer().equals(copy.content.toBuffer());
    },
    [Symbol.asyncDispose]: async () => {
      await transport.close();
      await emulator.close();
    },
  };
}

describe.each(names)('credentials of %s that change in the middle of a copy', (name) => {
  it('are read again, once, and the request that was refused is repeated', async () => {
    await using world = await startRotation(name, OLD, OLD);
    // OBS lets only the account that began an upload go on with it, and the emulator knows accounts by their key.
    const next = name === 'obs' ? { ...NEW, accessKeyId: OLD.accessKeyId } : NEW;
    world.rotateAtPart(3, next, next);
    const result = await world.copy();
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { retries: 0 } });
    expect(world.same()).toBe(true);
    expect(world.reads()).toBe(2);
    const refused = world.emulator.requests.recent.filter(({ status }) => status >= 400);
    expect(refused).toHaveLength(1);
  });

  it('wrong keys are not sent again, except to learn the reason', async () => {
    await using world = await startRotation(name, NEW, { ...NEW, secretAccessKey: 'wrong' });
    expect(await world.copy()).toMatchObject({ status: 'FAILED', error: expect.stringMatching(/Unauth|AccessDenied/) });
    expect(world.emulator.requests.count()).toBe(asked(name));
    // The secret is read past the cache for each request that is refused.
    expect(world.reads()).toBe(1 + asked(name));
  });
});

describe.each(['oss', 'obs', 's3'] as const)('a session token of %s', (name) => {
  const session = (end: string, expired: boolean): TemporaryAccount => ({
    ...OLD,
    sessionToken: `token-${end}`,
    ...(expired ? { tokenExpiresAt: new Date(0) } : {}),
  });

  it('that ends under way is taken anew from the secret, and the copy ends right', async () => {
    await using world = await startRotation(name, session('1', false), session('1', false));
    world.rotateAtPart(3, session('2', false), session('2', false));
    expect(await world.copy()).toMatchObject({ status: 'SUCCEEDED' });
    expect(world.same()).toBe(true);
    expect(world.reads()).toBe(2);
  });

  it('that has ended, with nothing newer in the secret, is not sent a second time', async () => {
    await using world = await startRotation(name, session('1', true), session('1', false));
    expect(await world.copy()).toMatchObject({ status: 'FAILED' });
    expect(world.emulator.requests.count()).toBe(asked(name));
  });
});
