import { setTimeout } from 'node:timers/promises';
import { Receipt } from '@objectferry/shared/contract.ts';
import type { NewObject, ObjectStore, ObjectVersion } from '@objectferry/shared/provider/provider.ts';
import type { CopyEvent, ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { expect } from 'vitest';
import type { Environment } from '#functions/secrets.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import { rememberWritten } from './written-objects.ts';

/** A store to judge: an emulator, a local server, or a real service. */
export interface Target extends AsyncDisposable {
  /** One store of a stores file. */
  readonly store: Readonly<Record<string, unknown>>;
  readonly env: Environment;
  /** Two buckets that exist, without versioning. */
  readonly buckets: readonly [string, string];
  /** A bucket with versioning, where there is one. */
  readonly versioned?: string | undefined;
  /** In front of every key, where others use the buckets, too. */
  readonly prefix?: string | undefined;
}

/** What the suite works with. */
export interface Harness extends AsyncDisposable {
  readonly client: ObjectStore;
  readonly runtime: ProcessRuntime;
  readonly source: string;
  readonly destination: string;
  readonly versioned: string | undefined;
  /** The key of that name: everything that the suite touches has the target's prefix. */
  readonly keyOf: (name: string) => string;
  /** What copies told, in order. */
  readonly events: readonly CopyEvent[];
  /** A client whose secret is wrong. */
  readonly stranger: ObjectStore;
  /** The same with a runtime of its own, for whole copies. */
  readonly strangerRuntime: ProcessRuntime;
  /** Writes an object the way its owner would, over the wire. */
  readonly put: (bucket: string, key: string, bytes: Buffer, object?: Partial<NewObject>) => Promise<void>;
  /** All bytes of an object. */
  readonly read: (bucket: string, key: string, versionId?: string) => Promise<Buffer>;
  /** Copies a whole object through the local machine, from the first bucket to the second, and expects it to succeed. */
  readonly copy: (key: string, options?: object, source?: ObjectVersion) => Promise<Receipt>;
}

/** The properties of an object about which nothing is special. */
export const PLAIN: NewObject = { headers: {}, metadata: {}, tags: {}, overwrite: true };

/** Name of the store in every harness. */
export const STORE = 'store';

const LONGEST_WAIT_MS = 20;

/** Makes clients and a runtime for a target. */
export function createHarness(target: Target): Harness {
  const [source, destination] = target.buckets;
  const keyOf = (name: string): string => `${target.prefix ?? ''}${name}`;
  const events: CopyEvent[] = [];
  const observe = (event: CopyEvent): void => {
    events.push(event);
  };
  const honest = openRuntime(target, target.env, observe);
  const liar = openRuntime(
    target,
    Object.fromEntries(
      Object.entries(target.env).map(([name, value]) => [
        name,
        name.endsWith('SECRET_ACCESS_KEY') ? `${value}x` : value,
      ]),
    ),
    observe,
  );
  const places = [source, destination, target.versioned].filter((bucket) => bucket !== undefined);
  const { client: plain } = honest.runtime.stores.open({ store: STORE, bucket: source, key: 'any' }, 'source');
  const { client, runtime, remove } = rememberWritten(plain, honest.runtime);
  return {
    client,
    runtime,
    source,
    destination,
    versioned: target.versioned,
    keyOf,
    events,
    strangerRuntime: liar.runtime,
    stranger: liar.runtime.stores.open({ store: STORE, bucket: source, key: 'any' }, 'source').client,
    put: async (bucket, key, bytes, object = {}) => {
      const { uploadId } = await client.createUpload({ bucket, key, object: { ...PLAIN, ...object } });
      const upload = { bucket, key, uploadId };
      const { etag = '' } = await client.uploadPart({
        upload,
        partNumber: 1,
        body: bytes,
        encryption: object.encryption,
      });
      const parts = [{ partNumber: 1, etag }];
      await client.completeUpload({ upload, parts, overwrite: true, encryption: object.encryption });
    },
    read: async (bucket, key, versionId) => {
      const object = { bucket, key, versionId };
      const { size } = await client.head({ object });
      if (size === 0) return Buffer.alloc(0);
      return Buffer.from(await client.getRange({ object, range: { offset: 0, length: size } }));
    },
    copy: async (key, options = {}, from = { bucket: source, key }) => {
      const request = {
        source: { store: STORE, ...from },
        destination: { store: STORE, bucket: destination, key },
        options,
      };
      const result = await runCopy({ request, runtime, retryIntervalMs: 1 });
      if (result.status === 'FAILED') return expect.fail(`${result.error}: ${result.cause}`);
      return parse(Receipt, result.output, 'The receipt');
    },
    [Symbol.asyncDispose]: async () => {
      for (const bucket of places) await removeUploads(client, bucket, target.prefix);
      await remove();
      await honest.close();
      await liar.close();
      await target[Symbol.asyncDispose]();
    },
  };
}

/** Ends what a test that failed has left open. */
async function removeUploads(client: ObjectStore, bucket: string, prefix: string | undefined): Promise<void> {
  const { uploads } = await client.listUploads({ bucket, prefix });
  for (const { key, uploadId } of uploads) await client.abortUpload({ bucket, key, uploadId });
}

function openRuntime(
  target: Target,
  env: Environment,
  observe: (event: CopyEvent) => void,
): ReturnType<typeof createLocalRuntime> {
  const stores = parseStores({ stores: { [STORE]: { ...target.store, buckets: ['*'] } } });
  const local = createLocalRuntime({ stores, env, observe });
  const sleep = (ms: number, signal?: AbortSignal) =>
    setTimeout(Math.min(ms, LONGEST_WAIT_MS), undefined, signal === undefined ? {} : { signal });
  return { ...local, runtime: { ...local.runtime, clock: { ...local.runtime.clock, sleep } } };
}
