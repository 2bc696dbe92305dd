import type { Provider } from '../provider.ts';
import { regionalReach } from '../region.ts';
import { createOssStore } from './client.ts';
import { type OssConfig, ossSchema } from './config.ts';
import { bucketProblem, keyProblem, OSS_LIMITS } from './limits.ts';

/** Alibaba Cloud OSS. */
export const oss: Provider<OssConfig> = {
  name: 'oss',
  schema: ossSchema,
  limits: OSS_LIMITS,
  ...regionalReach('region'),
  bucketProblem,
  keyProblem,
  createStore: createOssStore,
};
