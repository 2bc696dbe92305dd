import { setTimeout } from 'node:timers/promises';
import { type CopyOptions, Receipt } from '@objectferry/shared/contract.ts';
import type { CopyEvent, ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { expect } from 'vitest';
import type { MachineResult } from '#infra/local/engine.ts';
import { type LocalCopy, runCopy } from '#infra/local/local-copy.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import type { FaultRule } from './emulators/fault-plan.ts';
import {
  demoOssAccount,
  type OssEmulator,
  type OssEmulatorOptions,
  startOssEmulator,
} from './emulators/oss/emulator.ts';

/** Waits shrink to this, so that a test with many retries takes milliseconds. */
const LONGEST_WAIT_MS = 3;

export interface WorldOptions extends OssEmulatorOptions {
  readonly signature?: 'v1' | 'v4';
  readonly addressing?: 'virtual' | 'path';
  /** More fields of the store `oss`. */
  readonly store?: Readonly<Record<string, unknown>>;
  readonly faultRules?: readonly FaultRule[];
  /** Requests that a copy may have in flight. */
  readonly maxInFlight?: number;
}

/** An emulator, a store that points to it, and the whole local machine. */
export interface World extends AsyncDisposable {
  readonly oss: OssEmulator;
  readonly runtime: ProcessRuntime;
  readonly events: CopyEvent[];
  /** Runs a copy from `raw/key` to `archive/copy` unless told otherwise. */
  readonly copy: (request?: Partial<WorldRequest>, run?: Partial<LocalCopy>) => Promise<MachineResult>;
  /** The same, and expects it to succeed. */
  readonly copied: (request?: Partial<WorldRequest>, run?: Partial<LocalCopy>) => Promise<Receipt>;
  /** The same, and expects it to fail: error name and the sentence in its cause. */
  readonly failed: (request?: Partial<WorldRequest>) => Promise<{ readonly name: string; readonly message: string }>;
  /** Requires that no upload is open in any bucket. */
  readonly expectNoUploads: () => void;
  /** Requires that source and destination hold the same bytes. */
  readonly expectSameBytes: (destination?: { readonly bucket: string; readonly key: string }) => void;
}

export interface WorldRequest {
  readonly source: unknown;
  readonly destination: unknown;
  readonly options: Partial<Readonly<Record<keyof CopyOptions, unknown>>>;
}

export async function startWorld({
  signature = 'v4',
  addressing = 'path',
  store = {},
  faultRules = [],
  maxInFlight,
  ...options
}: WorldOptions = {}): Promise<World> {
  const oss = await startOssEmulator({
    buckets: ['raw', 'archive'],
    faults: { seed: 1, rules: faultRules },
    keepRequests: 20_000,
    ...options,
  });
  const account = oss.accounts[0] ?? demoOssAccount;
  const events: CopyEvent[] = [];
  const { runtime: local, close } = createLocalRuntime({
    stores: parseStores({
      stores: {
        oss: {
          provider: 'oss',
          region: oss.region,
          endpoint: addressing === 'path' ? oss.endpoint : oss.virtualHostEndpoint,
          addressing,
          signature,
          credentials: { env: 'OSS' },
          buckets: ['*'],
          ...store,
        },
      },
    }),
    env: {
      OSS_ACCESS_KEY_ID: account.accessKeyId,
      OSS_SECRET_ACCESS_KEY: account.secretAccessKey,
      OSS_SESSION_TOKEN: account.sessionToken,
    },
    observe: (event) => events.push(event),
    maxInFlight,
  });
  const sleep = (ms: number, signal?: AbortSignal) =>
    setTimeout(Math.min(ms, LONGEST_WAIT_MS), undefined, signal === undefined ? {} : { signal });
  const runtime: ProcessRuntime = { ...local, clock: { ...local.clock, sleep } };
  const copy: World['copy'] = (request, run) =>
    runCopy({
      request: { source: 'oss://raw/key', destination: 'oss://archive/copy', ...request },
      runtime,
      retryIntervalMs: 1,
      ...run,
    });
  return {
    oss,
    runtime,
    events,
    copy,
    copied: async (request, run) => {
      const result = await copy(request, run);
      if (result.status === 'FAILED') expect.fail(`the copy failed: ${result.error}: ${result.cause}`);
      return parse(Receipt, result.output, 'The receipt');
    },
    failed: async (request) => {
      const result = await copy(request);
      if (result.status !== 'FAILED') return expect.fail(`the copy succeeded: ${JSON.stringify(result.output)}`);
      return { name: result.error, message: result.cause };
    },
    expectNoUploads: () => {
      expect(oss.model.buckets().flatMap(({ name }) => oss.model.openUploads(name).map(({ key }) => key))).toEqual([]);
    },
    expectSameBytes: ({ bucket, key } = { bucket: 'archive', key: 'copy' }) => {
      const [source, destination] = [oss.model.getObject('raw', 'key'), oss.model.getObject(bucket, key)];
      if (source === undefined || destination === undefined) return expect.fail('one of the objects is missing');
      expect(destination.content.toBuffer().equals(source.content.toBuffer())).toBe(true);
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await oss.close();
    },
  };
}

/** Bytes that repeat nowhere near a part's length. */
export function seededBytes(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed >>> 0 || 1;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
