import type { ObjectStore, StoreContext } from '../provider.ts';
import { createXmlClient } from '../xml/client.ts';
import { dottedBucketSentence } from '../xml/config.ts';
import { createSend } from '../xml/send.ts';
import { completeMultipartUpload } from '../xml/upload-requests.ts';
import type { ObsConfig } from './config.ts';
import { dialectOf } from './dialect.ts';
import { bucketProblem, capabilitiesOf, keyProblem, OBS_LIMITS } from './limits.ts';
import { readFacts } from './object-facts.ts';
import { copyObject, getObject, headObject } from './object-requests.ts';
import { createSigner } from './sign.ts';
import { initiateMultipartUpload, uploadPart, uploadPartCopy } from './upload-requests.ts';

/**
 * A client for one OBS store, in the dialect and with the signature of its config.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0005.html
 */
export function createObsStore(config: ObsConfig, context: StoreContext): ObjectStore {
  const dialect = dialectOf(config.dialect);
  return createXmlClient({
    provider: config.provider,
    limits: OBS_LIMITS,
    capabilities: capabilitiesOf(config.dialect),
    dialect,
    send: createSend({
      config,
      context,
      dialect,
      sign: createSigner(config),
      bucketProblem,
      addressProblem: (bucket) => dottedBucketSentence(config, bucket),
      keyProblem,
    }),
    own: {
      head: (request) => headObject(request, dialect),
      getRange: (request) => getObject(request, dialect),
      copyObject: (request) => copyObject(request, dialect),
      createUpload: (request) => initiateMultipartUpload(request, dialect),
      uploadPartCopy: (request) => uploadPartCopy(request, dialect),
      uploadPart: (request) => uploadPart(request, dialect),
      completeUpload: (request) => completeMultipartUpload(request),
      readFacts: (answer) => readFacts(answer, dialect),
    },
  });
}
