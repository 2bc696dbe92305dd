import type { Provider } from '../provider.ts';
import { regionProblem } from '../region.ts';
import { createQingStorStore } from './client.ts';
import { type QingStorConfig, qingstorSchema } from './config.ts';
import { bucketProblem, keyProblem, QINGSTOR_LIMITS } from './limits.ts';

/** QingCloud's object store. */
export const qingstor: Provider<QingStorConfig> = {
  name: 'qingstor',
  schema: qingstorSchema,
  limits: QINGSTOR_LIMITS,
  copyProblem: (source, destination) => regionProblem(source, destination, 'zone'),
  // Bucket names are unique over all zones.
  sharesBuckets: () => true,
  bucketProblem,
  keyProblem,
  createStore: createQingStorStore,
};
