import type { Provider } from '../provider.ts';
import { regionalReach } from '../region.ts';
import { createQingStorStore } from './client.ts';
import { type QingStorConfig, qingstorSchema, REGION_WORD } from './config.ts';
import { bucketProblem, keyProblem, QINGSTOR_LIMITS } from './limits.ts';

/** QingCloud's object store. */
export const qingstor: Provider<QingStorConfig> = {
  name: 'qingstor',
  schema: qingstorSchema,
  limits: QINGSTOR_LIMITS,
  ...regionalReach(REGION_WORD),
  bucketProblem,
  keyProblem,
  createStore: createQingStorStore,
};
