import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import type { TestProject } from 'vitest/node';
import { type CephCluster, startCeph } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly ceph: Omit<CephCluster, keyof AsyncDisposable>;
  }
}

/** Starts Ceph once for all tests, with the buckets they use. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const ceph = await startCeph();
  const { endpoint, smallPartsEndpoint, accessKeyId, secretAccessKey } = ceph;
  const s3 = new S3Client({
    endpoint,
    region: 'default',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  for (const Bucket of ['raw', 'archive', 'versions']) await s3.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'versions', VersioningConfiguration }));
  s3.destroy();
  provide('ceph', { endpoint, smallPartsEndpoint, accessKeyId, secretAccessKey });
  return async () => {
    await ceph[Symbol.asyncDispose]();
  };
}
