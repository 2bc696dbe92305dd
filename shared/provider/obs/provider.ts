import type { Provider } from '../provider.ts';
import { regionalReach } from '../region.ts';
import { createObsStore } from './client.ts';
import { type ObsConfig, obsSchema } from './config.ts';
import { bucketProblem, keyProblem, OBS_LIMITS } from './limits.ts';

/** Huawei Cloud OBS, and other clouds that run it. */
export const obs: Provider<ObsConfig> = {
  name: 'obs',
  schema: obsSchema,
  limits: OBS_LIMITS,
  ...regionalReach('region'),
  bucketProblem,
  keyProblem,
  createStore: createObsStore,
};
