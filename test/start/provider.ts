import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import { EMULATED, storeFor } from '../emulators/catalogue.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';

const PUT_PART_BYTES = 16 * 1024 * 1024;

/** An emulated provider with the store that points to it. */
export interface DemoProvider extends AsyncDisposable {
  /** For a person. */
  readonly title: string;
  readonly endpoint: string;
  readonly stores: StoreConfigs;
  readonly env: Environment;
  readonly client: ObjectStore;
  readonly buckets: readonly [source: string, destination: string];
  /** The operation that begins an upload, as fault plans call it. */
  readonly initiate: string;
  readonly partSizeMiB: number;
  readonly put: (object: { readonly bucket: string; readonly key: string; readonly bytes: Buffer }) => Promise<void>;
  readonly misbehave: (rules: readonly FaultRule[]) => void;
  /** One line for each thing that went wrong. */
  readonly whatWentWrong: () => readonly string[];
}

/** Names of the providers that can be started. */
export const DEMO_PROVIDERS = Object.keys(EMULATED);

/** Starts the emulator of a provider with two empty buckets; undefined for a name that is none. */
export async function startProvider(name: string): Promise<DemoProvider | undefined> {
  const provider = Object.hasOwn(EMULATED, name) ? EMULATED[name] : undefined;
  if (provider === undefined) return undefined;
  const { title, buckets, initiate, partSizeMiB } = provider;
  const emulator = await provider.start({ buckets });
  const [account] = emulator.accounts;
  const env = {
    [`${name.toUpperCase()}_ACCESS_KEY_ID`]: account?.accessKeyId,
    [`${name.toUpperCase()}_SECRET_ACCESS_KEY`]: account?.secretAccessKey,
  };
  const stores = parseStores({ stores: { [name]: storeFor(name, provider, emulator) } });
  const { runtime, close } = createLocalRuntime({ stores, env, observe: () => undefined });
  const { client } = runtime.stores.open({ store: name, bucket: buckets[0], key: 'any' }, 'source');
  return {
    title,
    endpoint: emulator.endpoint,
    stores,
    env,
    client,
    buckets,
    initiate,
    partSizeMiB,
    put: ({ bytes, ...object }) => upload(client, object, bytes),
    misbehave: (rules) => emulator.faults.setPlan({ seed: 1, rules }),
    whatWentWrong: () =>
      emulator.faults.log.map(({ operation, partNumber, kind }) =>
        [operation, partNumber === undefined ? '' : ` of part ${partNumber}`, `: ${kind}`].join(''),
      ),
    [Symbol.asyncDispose]: async () => {
      await close();
      await emulator.close();
    },
  };
}

/** Puts a file into a bucket over the wire, the way its owner once did. */
async function upload(
  client: ObjectStore,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  bytes: Buffer,
): Promise<void> {
  const object = {
    headers: { contentType: 'application/x-executable' },
    metadata: { origin: 'npm start' },
    tags: client.capabilities.tags ? { kind: 'demo' } : {},
    overwrite: true,
  };
  const { uploadId } = await client.createUpload({ bucket, key, object });
  const target = { bucket, key, uploadId };
  const parts = [];
  for (let partNumber = 1, offset = 0; offset < bytes.length; partNumber += 1, offset += PUT_PART_BYTES) {
    const body = bytes.subarray(offset, offset + PUT_PART_BYTES);
    const { etag = '' } = await client.uploadPart({ upload: target, partNumber, body });
    parts.push({ partNumber, etag });
  }
  await client.completeUpload({ upload: target, parts, overwrite: true });
}
