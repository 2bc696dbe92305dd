import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Receipt } from '@objectferry/shared/contract.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import type { CopyEvent, ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { expect } from 'vitest';
import type { MachineResult } from '#infra/local/engine.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import type { MachineEvent } from '#infra/local/machine-event.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import type { TemporaryAccount } from './emulators/account.ts';
import { EMULATED, type EmulatedProvider, type Emulator, storeFor } from './emulators/catalogue.ts';

/** Waits shrink to this, so that a test with many retries takes milliseconds. */
const LONGEST_WAIT_MS = 3;

/** What a failed state hands on. */
const Cause = v.object({ errorMessage: v.string() });

export interface EmulatedOptions {
  /** Stores of the stores file by name, each with the fields it has besides the provider's own; one if not given. */
  readonly stores?: Readonly<Record<string, object>>;
  /** Environment variables, which are the secret store of this machine. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options that every copy has, unless it says otherwise. */
  readonly defaults?: object;
  /** Hears every event of the engine while it happens. */
  readonly onEvent?: (event: MachineEvent) => void;
}

/** Where a copy goes from and to. */
interface Places {
  readonly source: string;
  readonly destination: string;
}

/** A copy's end that is a failure. */
interface Failure {
  readonly name: string;
  /** The sentence with its facts. */
  readonly message: string;
}

/** The whole local machine before one emulator. */
export interface EmulatedWorld<E extends Emulator> extends AsyncDisposable {
  readonly emulator: E;
  readonly provider: EmulatedProvider;
  /** That of the first account. */
  readonly runtime: ProcessRuntime;
  /** The environment, to be changed while a copy runs. */
  readonly env: Record<string, string | undefined>;
  /** What copies told, in order. */
  readonly events: readonly CopyEvent[];
  /** The first account's client of the first store, for what a test does besides the copy. */
  readonly client: ObjectStore;
  /** The same for another account. */
  readonly clientOf: (account: TemporaryAccount) => ObjectStore;
  /** Copies `key` of the first bucket to `copy` in the second one, unless told otherwise. */
  readonly copy: (options?: object, places?: Partial<Places>) => Promise<MachineResult>;
  /** The same, and expects it to succeed. */
  readonly copied: (options?: object, places?: Partial<Places>) => Promise<Receipt>;
  /** The same, and expects it to fail. */
  readonly failed: (options?: object, places?: Partial<Places>) => Promise<Failure>;
  /** The destination's bytes as the emulator keeps them; undefined when there is none. */
  readonly written: () => Buffer | undefined;
  /** How many uploads are open in the second bucket. */
  readonly openUploads: () => number;
  /** Requires that no upload is open in any bucket, and that the second one holds nothing. */
  readonly expectNothingLeft: () => void;
  /** Everything that the execution's history, its results and the events for logs have said, in several notations. */
  readonly said: () => string;
}

/** Puts the machine before a running emulator of the named provider. */
export function startEmulated<E extends Emulator>(
  name: string,
  emulator: E,
  { stores = { [name]: {} }, env: secrets = {}, defaults = {}, onEvent }: EmulatedOptions = {},
): EmulatedWorld<E> {
  const provider = EMULATED[name];
  const [first] = Object.keys(stores);
  if (provider === undefined || first === undefined) return expect.fail(`${name} is not emulated, or has no store`);
  const [from, to] = provider.buckets;
  const said: string[] = [];
  const events: CopyEvent[] = [];
  const opened: (() => Promise<void>)[] = [];
  const hear = (thing: unknown): void => {
    said.push(JSON.stringify(thing), inspect(thing, { depth: null, maxArrayLength: null, maxStringLength: null }));
  };
  const configs = parseStores({
    stores: Object.fromEntries(
      Object.entries(stores).map(([store, more]) => [store, { ...storeFor(name, provider, emulator), ...more }]),
    ),
  });
  const runtimeWith = (env: Record<string, string | undefined>): ProcessRuntime => {
    const { runtime, close } = createLocalRuntime({
      stores: configs,
      env,
      observe: (event) => {
        events.push(event);
        hear(event);
      },
    });
    opened.push(close);
    const sleep = (ms: number) => setTimeout(Math.min(ms, LONGEST_WAIT_MS));
    return { ...runtime, clock: { ...runtime.clock, sleep } };
  };
  const clientIn = (runtime: ProcessRuntime): ObjectStore =>
    runtime.stores.open({ store: first, bucket: from, key: 'key' }, 'source').client;
  const env = { ...keysOf(name, emulator.accounts[0]), ...secrets };
  const runtime = runtimeWith(env);
  const listen = (event: MachineEvent): void => {
    hear(event);
    onEvent?.(event);
  };
  const usual: Places = { source: `${first}://${from}/key`, destination: `${first}://${to}/copy` };
  const copy = async (options: object = {}, places: Partial<Places> = {}): Promise<MachineResult> => {
    const request = { ...usual, ...places, options: { ...defaults, ...options } };
    const result = await runCopy({ request, runtime, retryIntervalMs: 1, onEvent: listen });
    hear(result);
    return result;
  };
  return {
    emulator,
    provider,
    runtime,
    env,
    events,
    client: clientIn(runtime),
    clientOf: (account) => clientIn(runtimeWith(keysOf(name, account))),
    copy,
    copied: async (options, places) => {
      const result = await copy(options, places);
      if (result.status === 'FAILED') return expect.fail(`the copy failed: ${result.error}: ${result.cause}`);
      return parse(Receipt, result.output, 'The receipt');
    },
    failed: async (options, places) => {
      const result = await copy(options, places);
      if (result.status !== 'FAILED') return expect.fail(`the copy succeeded: ${JSON.stringify(result.output)}`);
      return { name: result.error, message: parse(Cause, JSON.parse(result.cause), 'The cause').errorMessage };
    },
    written: () => emulator.model.getObject(to, 'copy')?.content.toBuffer(),
    openUploads: () => emulator.model.openUploads(to).length,
    expectNothingLeft: () => {
      const { model } = emulator;
      const open = model.buckets().flatMap((bucket) => model.openUploads(bucket.name).map(({ key }) => key));
      expect([open, [...(model.bucket(to)?.objects.keys() ?? [])]]).toEqual([[], []]);
    },
    said: () => said.join('\n'),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((close) => close()));
      await emulator.close();
    },
  };
}

/** Where the stores of a provider look for their keys. */
function keysOf(name: string, account: TemporaryAccount | undefined): Record<string, string | undefined> {
  const prefix = name.toUpperCase();
  return {
    [`${prefix}_ACCESS_KEY_ID`]: account?.accessKeyId,
    [`${prefix}_SECRET_ACCESS_KEY`]: account?.secretAccessKey,
    [`${prefix}_SESSION_TOKEN`]: account?.sessionToken,
  };
}

/** Writes an object in parts of so many bytes through a client. */
export async function putInParts(
  client: ObjectStore,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  bytes: Buffer,
  partBytes: number,
  more: Partial<Parameters<ObjectStore['createUpload']>[0]['object']> = {},
): Promise<void> {
  const object = { headers: {}, metadata: {}, tags: {}, overwrite: true, ...more };
  const { uploadId } = await client.createUpload({ bucket, key, object });
  const upload = { bucket, key, uploadId };
  const { encryption } = object;
  const parts: { readonly partNumber: number; readonly etag: string }[] = [];
  for (let offset = 0; offset < bytes.length; offset += partBytes) {
    const partNumber = parts.length + 1;
    const body = bytes.subarray(offset, offset + partBytes);
    const { etag = '' } = await client.uploadPart({ upload, partNumber, body, encryption });
    parts.push({ partNumber, etag });
  }
  await client.completeUpload({ upload, parts, overwrite: true, encryption });
}
