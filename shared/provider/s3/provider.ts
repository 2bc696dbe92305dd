import type { Provider, StoreConfig } from '../provider.ts';
import { partitionOf } from './amazon.ts';
import { createS3Store } from './client.ts';
import { type S3Config, s3Schema } from './config.ts';
import { bucketProblem, keyProblem, S3_LIMITS } from './limits.ts';

/** Amazon S3 and every store that speaks its dialect. */
export const s3: Provider<S3Config> = {
  name: 's3',
  schema: s3Schema,
  limits: S3_LIMITS,
  copyProblem,
  sharesBuckets,
  bucketProblem,
  keyProblem,
  createStore: createS3Store,
};

/** Amazon copies between all regions of a partition, anybody else only inside one store. */
function copyProblem(source: StoreConfig, destination: StoreConfig): string | undefined {
  if (sharesBuckets(source, destination)) return undefined;
  const [from, to] = [partitionOf(source), partitionOf(destination)];
  if (from !== undefined && to !== undefined) {
    return `one is in partition ${from} of Amazon, the other in ${to}, and s3 copies only inside one partition: choose two stores of one partition.`;
  }
  return `one is at ${source.endpoint}, the other at ${destination.endpoint}, and s3 copies only inside one store: give both the same endpoint.`;
}

/** Bucket names are unique in one store, at Amazon in one partition. */
function sharesBuckets(a: StoreConfig, b: StoreConfig): boolean {
  const partition = partitionOf(a);
  return a.endpoint === b.endpoint || (partition !== undefined && partition === partitionOf(b));
}
