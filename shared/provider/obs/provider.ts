import type { Provider } from '../provider.ts';
import { regionProblem } from '../region.ts';
import { createObsStore } from './client.ts';
import { type ObsConfig, obsSchema } from './config.ts';
import { bucketProblem, keyProblem, OBS_LIMITS } from './limits.ts';

/** Huawei Cloud OBS, and other clouds that run it. */
export const obs: Provider<ObsConfig> = {
  name: 'obs',
  schema: obsSchema,
  limits: OBS_LIMITS,
  copyProblem: (source, destination) => regionProblem(source, destination),
  // Bucket names are unique over all of OBS.
  sharesBuckets: () => true,
  bucketProblem,
  keyProblem,
  createStore: createObsStore,
};
