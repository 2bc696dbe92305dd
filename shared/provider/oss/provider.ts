import type { Provider } from '../provider.ts';
import { regionProblem } from '../region.ts';
import { createOssStore } from './client.ts';
import { type OssConfig, ossSchema } from './config.ts';
import { bucketProblem, keyProblem, OSS_LIMITS } from './limits.ts';

/** Alibaba Cloud OSS. */
export const oss: Provider<OssConfig> = {
  name: 'oss',
  schema: ossSchema,
  limits: OSS_LIMITS,
  copyProblem: (source, destination) => regionProblem(source, destination),
  // Bucket names are unique over all of OSS.
  sharesBuckets: () => true,
  bucketProblem,
  keyProblem,
  createStore: createOssStore,
};
