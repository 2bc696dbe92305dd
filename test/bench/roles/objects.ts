import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { parseStores } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { copyDefinition } from '#infra/local/definition.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import { createLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts';
import { CEPH_QUIRKS } from '#test/ceph/target.ts';
import { measured } from '../measure.ts';
import { type Answer, type ObjectsCost, ObjectsTask } from '../messages.ts';

/**
 * Many copies in one process, so many at a time, each a run of the whole local machine with all its checks. Nothing is
 * written to the disk, as the peers write nothing. Listing the source is measured too, as it is for the peers.
 */
export const answer: Answer = async (message): Promise<v.InferOutput<typeof ObjectsCost>> => {
  const task = v.parse(ObjectsTask, message);
  const local = localRuntime(task);
  // CDK takes seconds to synthesize the definition, once per process and never in the cloud.
  copyDefinition();
  const s3 = sdkOf(task);
  const [first] = await keysOf(s3, task, task.warmUp.prefix);
  await copyAll(local, task, Array(task.warmUp.copies).fill(first));
  const { result, cost } = await measured(async () => copyAll(local, task, await keysOf(s3, task, task.from.prefix)));
  s3.destroy();
  await local.close();
  const { seconds, cpuMs, rssPeakMiB } = cost;
  return { seconds, cpuMs, rssPeakMiB, objects: result };
};

function localRuntime({ endpoint, accessKeyId, secretAccessKey }: ObjectsTask): LocalRuntime {
  const store = {
    provider: 's3',
    region: 'default',
    endpoint,
    addressing: 'path',
    credentials: { env: 'CEPH' },
    buckets: ['*'],
    quirks: CEPH_QUIRKS,
  };
  return createLocalRuntime({
    stores: parseStores({ stores: { ceph: store } }),
    env: { CEPH_ACCESS_KEY_ID: accessKeyId, CEPH_SECRET_ACCESS_KEY: secretAccessKey },
    observe: () => undefined,
  });
}

function sdkOf({ endpoint, accessKeyId, secretAccessKey }: ObjectsTask): S3Client {
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region: 'default', forcePathStyle: true, credentials });
}

async function keysOf(s3: S3Client, { from }: ObjectsTask, Prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: from.bucket, Prefix, ContinuationToken }));
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return keys;
}

/** Copies them all. @throws Error when one of them failed. */
async function copyAll(
  { runtime }: LocalRuntime,
  { from, to, concurrency }: ObjectsTask,
  keys: readonly string[],
): Promise<number> {
  const queue = keys.values();
  const work = async (): Promise<void> => {
    for (const key of queue) {
      const source = { store: 'ceph', bucket: from.bucket, key };
      const destination = { store: 'ceph', bucket: to, key };
      const result = await runCopy({ request: { source, destination }, runtime });
      if (result.status === 'FAILED') throw new Error(`${key}: ${result.error}: ${result.cause}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return keys.length;
}
