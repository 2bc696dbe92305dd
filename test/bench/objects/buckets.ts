import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { CephCluster } from '#test/ceph/cluster.ts';

const SIDE_BY_SIDE = 16;

/** Buckets of a real server, filled and emptied. */
export interface Buckets extends Disposable {
  readonly create: (bucket: string) => Promise<void>;
  /** Writes so many objects of so many bytes, all of them different. */
  readonly fill: (bucket: string, prefix: string, count: number, bytes: number) => Promise<void>;
  /** What a bucket holds. */
  readonly contents: (bucket: string) => Promise<readonly { readonly key: string; readonly size: number }[]>;
  readonly empty: (bucket: string) => Promise<void>;
  readonly drop: (bucket: string) => Promise<void>;
}

/** Opens the buckets of a cluster with Amazon's SDK, outside of anything that is measured. */
export function openBuckets({ endpoint, accessKeyId, secretAccessKey }: CephCluster): Buckets {
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, region: 'default', forcePathStyle: true, credentials });
  const contents = async (Bucket: string) => {
    const found: { key: string; size: number }[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken }));
      found.push(...(page.Contents ?? []).map(({ Key = '', Size = 0 }) => ({ key: Key, size: Size })));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return found;
  };
  return {
    contents,
    create: async (Bucket) => {
      await s3.send(new CreateBucketCommand({ Bucket }));
    },
    fill: async (Bucket, prefix, count, bytes) => {
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < count) {
          const number = next;
          next += 1;
          const Body = Buffer.alloc(bytes, `object ${number}\n`);
          await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}${`${number}`.padStart(6, '0')}`, Body }));
        }
      };
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    },
    empty: async (Bucket) => {
      const keys = (await contents(Bucket)).map(({ key }) => ({ Key: key }));
      for (let first = 0; first < keys.length; first += 1000) {
        const Delete = { Objects: keys.slice(first, first + 1000), Quiet: true };
        await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
      }
    },
    drop: async (Bucket) => {
      await s3.send(new DeleteBucketCommand({ Bucket }));
    },
    [Symbol.dispose]: () => s3.destroy(),
  };
}
