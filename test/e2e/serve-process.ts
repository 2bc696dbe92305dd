import { join } from 'node:path';
import * as v from 'valibot';
import type { OssEmulatorOptions } from '../emulators/oss/emulator.ts';
import { demoOssAccount, type OssEmulator, startOssEmulator } from '../emulators/oss/emulator.ts';
import { type Ended, LAUNCHER, objectferry, type Running, start, temporaryFile } from './cli-process.ts';
import { jsonStores, keysOf, storeAt } from './cli-stores.ts';

const Started = v.object({ url: v.string(), folder: v.string() });

/** `objectferry serve` in a process of its own, over an OSS emulator. */
export interface Serving extends AsyncDisposable {
  readonly oss: OssEmulator;
  readonly url: string;
  readonly process: Running;
  /** Runs `objectferry ARGS --endpoint …` to its end. */
  readonly cli: (...args: readonly string[]) => Promise<Ended>;
  /** The same without waiting for the end. */
  readonly startCli: (...args: readonly string[]) => Running;
  /** Another server over the same emulator and state folder. */
  readonly again: (...flags: readonly string[]) => Promise<Omit<Serving, 'again'>>;
}

/** Text of the secret `push/token`, which the server finds in its environment. */
export const PUSH_TOKEN = 'a-token-that-nobody-guesses-0123456789';
const env = { ...keysOf(demoOssAccount), PUSH_TOKEN };

/** Starts the emulator and the server; `raw/key` is for the test to put. */
export async function startServing(
  options: Partial<OssEmulatorOptions> = {},
  flags: readonly string[] = [],
): Promise<Serving> {
  const oss = await startOssEmulator({ buckets: ['raw', 'archive'], ...options });
  const stores = await jsonStores(storeAt(oss.endpoint, { maxInFlight: 4 }));
  const folder = join(await temporaryFile('marker', ''), '..', 'state');
  const args = ['serve', '--stores', stores, '--state-folder', folder, '--port', '0', '--json', ...flags];
  const serve = async (...more: readonly string[]) => {
    const process = start(LAUNCHER, [...args, ...more], { env });
    const { url } = v.parse(Started, JSON.parse(await process.printed(/"url".*\n/)));
    const withEndpoint = (given: readonly string[]) => [...given, '--endpoint', url];
    return {
      oss,
      url,
      process,
      cli: (...given: readonly string[]) => objectferry(withEndpoint(given)),
      startCli: (...given: readonly string[]) => start(LAUNCHER, withEndpoint(given)),
      [Symbol.asyncDispose]: async () => {
        process.kill('SIGKILL');
        await process.ended;
        await oss.close();
      },
    };
  };
  return { ...(await serve()), again: serve };
}
