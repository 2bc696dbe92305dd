import type { Provider } from '../provider.ts';
import { createOssStore } from './client.ts';
import { type OssConfig, ossSchema } from './config.ts';
import { bucketProblem, keyProblem, OSS_CAPABILITIES, OSS_LIMITS } from './limits.ts';

/** Alibaba Cloud OSS. */
export const oss: Provider<OssConfig> = {
  name: 'oss',
  schema: ossSchema,
  limits: OSS_LIMITS,
  capabilities: OSS_CAPABILITIES,
  bucketProblem,
  keyProblem,
  createStore: createOssStore,
};
