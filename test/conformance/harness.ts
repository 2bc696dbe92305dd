import { setTimeout } from 'node:timers/promises';
import type { NewObject, ObjectStore } from '@objectferry/shared/provider/provider.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';

/** A store to judge: an emulator, a local server, or a real service. */
export interface Target extends AsyncDisposable {
  /** One store of a stores file. */
  readonly store: Readonly<Record<string, unknown>>;
  readonly env: Environment;
  /** Two buckets that exist, without versioning. */
  readonly buckets: readonly [string, string];
  /** A bucket with versioning, where there is one. */
  readonly versioned?: string | undefined;
}

/** What the suite works with. */
export interface Harness extends AsyncDisposable {
  readonly client: ObjectStore;
  readonly runtime: ProcessRuntime;
  readonly source: string;
  readonly destination: string;
  readonly versioned: string | undefined;
  /** A client whose secret is wrong. */
  readonly stranger: ObjectStore;
  /** Writes an object the way its owner would, over the wire. */
  readonly put: (bucket: string, key: string, bytes: Buffer, object?: Partial<NewObject>) => Promise<void>;
  /** All bytes of an object. */
  readonly read: (bucket: string, key: string, versionId?: string) => Promise<Buffer>;
}

/** The properties of an object about which nothing is special. */
export const PLAIN: NewObject = { headers: {}, metadata: {}, tags: {}, overwrite: true };

/** Name of the store in every harness. */
export const STORE = 'store';

const LONGEST_WAIT_MS = 20;

/** Makes clients and a runtime for a target. */
export function createHarness(target: Target): Harness {
  const [source, destination] = target.buckets;
  const honest = openRuntime(target, target.env);
  const liar = openRuntime(
    target,
    Object.fromEntries(
      Object.entries(target.env).map(([name, value]) => [
        name,
        name.endsWith('SECRET_ACCESS_KEY') ? `${value}x` : value,
      ]),
    ),
  );
  const { client } = honest.runtime.stores.open({ store: STORE, bucket: source, key: 'any' }, 'source');
  return {
    client,
    runtime: honest.runtime,
    source,
    destination,
    versioned: target.versioned,
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
    [Symbol.asyncDispose]: async () => {
      await honest.close();
      await liar.close();
      await target[Symbol.asyncDispose]();
    },
  };
}

function openRuntime(target: Target, env: Environment): ReturnType<typeof createLocalRuntime> {
  const stores = parseStores({ stores: { [STORE]: { ...target.store, buckets: ['*'] } } });
  const { runtime, close } = createLocalRuntime({ stores, env, observe: () => undefined });
  const sleep = (ms: number, signal?: AbortSignal) =>
    setTimeout(Math.min(ms, LONGEST_WAIT_MS), undefined, signal === undefined ? {} : { signal });
  return { runtime: { ...runtime, clock: { ...runtime.clock, sleep } }, close };
}
