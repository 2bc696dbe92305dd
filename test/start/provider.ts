import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { demoOssAccount, startOssEmulator } from '../emulators/oss/emulator.ts';

const PUT_PART_BYTES = 16 * 1024 * 1024;

/** An emulated provider with the store that points to it. */
export interface DemoProvider extends AsyncDisposable {
  /** For a person. */
  readonly title: string;
  readonly endpoint: string;
  /** Name of the store. */
  readonly store: string;
  readonly stores: StoreConfigs;
  readonly env: Environment;
  readonly client: ObjectStore;
  readonly put: (object: { readonly bucket: string; readonly key: string; readonly bytes: Buffer }) => Promise<void>;
  readonly misbehave: (rules: readonly FaultRule[]) => void;
  /** One line for each thing that went wrong. */
  readonly whatWentWrong: () => readonly string[];
}

/** Starts the OSS emulator with empty buckets `raw` and `archive`. */
export async function startProvider(): Promise<DemoProvider> {
  const oss = await startOssEmulator({ buckets: ['raw', 'archive'] });
  const env = {
    OSS_ACCESS_KEY_ID: demoOssAccount.accessKeyId,
    OSS_SECRET_ACCESS_KEY: demoOssAccount.secretAccessKey,
  };
  const stores = parseStores({
    stores: {
      oss: {
        provider: 'oss',
        region: oss.region,
        endpoint: oss.endpoint,
        addressing: 'path',
        credentials: { env: 'OSS' },
        buckets: ['raw', 'archive'],
      },
    },
  });
  const { runtime, close } = createLocalRuntime({ stores, env, observe: () => undefined });
  const { client } = runtime.stores.open({ store: 'oss', bucket: 'raw', key: 'any' }, 'source');
  return {
    title: 'Alibaba Cloud OSS',
    endpoint: oss.endpoint,
    store: 'oss',
    stores,
    env,
    client,
    put: ({ bytes, ...object }) => upload(client, object, bytes),
    misbehave: (rules) => oss.faults.setPlan({ seed: 1, rules }),
    whatWentWrong: () =>
      oss.faults.log.map(({ operation, partNumber, kind }) =>
        [operation, partNumber === undefined ? '' : ` of part ${partNumber}`, `: ${kind}`].join(''),
      ),
    [Symbol.asyncDispose]: async () => {
      await close();
      await oss.close();
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
    tags: { kind: 'demo' },
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
