import { CopyError } from '../../errors.ts';
import type { ObjectStore, StoreContext } from '../provider.ts';
import { createXmlClient } from '../xml/client.ts';
import { createSend } from '../xml/send.ts';
import { signSigV4 } from '../xml/sigv4.ts';
import { dottedBucketProblem, type S3Config } from './config.ts';
import { dialectOf } from './dialect.ts';
import { bucketProblem, capabilitiesOf, keyProblem, limitsOf } from './limits.ts';
import { readFacts, readFirstPartSize } from './object-facts.ts';
import { copyObject, getObject, headFirstPart, headObject } from './object-requests.ts';
import {
  completeMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './upload-requests.ts';

/**
 * A client for one store that speaks S3.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
export function createS3Store(config: S3Config, context: StoreContext): ObjectStore {
  const { region, quirks } = config;
  const dialect = dialectOf(config);
  const send = createSend({
    config,
    context,
    dialect,
    sign: (request, credentials, now) =>
      signSigV4({ ...request, headers: { ...request.headers, host: request.host } }, credentials, { region, now }),
    bucketProblem,
    addressProblem: (bucket) => sentence(dottedBucketProblem(config, bucket)),
    keyProblem,
  });
  return createXmlClient({
    provider: config.provider,
    limits: limitsOf(quirks),
    capabilities: capabilitiesOf(quirks),
    dialect,
    send,
    firstPartSize: async (object, call) => send(headFirstPart(object), readFirstPartSize, call).catch(unlessRefused),
    own: {
      head: (request) => headObject(request, quirks),
      getRange: getObject,
      copyObject: (request) => copyObject(request, quirks),
      createUpload: (request) => createMultipartUpload(request, quirks),
      uploadPartCopy,
      uploadPart,
      listParts,
      completeUpload: (request) => completeMultipartUpload(request, quirks),
      readFacts: (answer) => readFacts(answer, dialect),
    },
  });
}

/**
 * Stores that know no part numbers refuse them, and S3 an object under a customer key: nobody can reproduce its ETag
 * anyway.
 */
function unlessRefused(error: unknown): undefined {
  if (error instanceof CopyError && (error.name === 'InvalidRequest' || error.name === 'Unsupported')) return undefined;
  throw error;
}

function sentence(problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `The bucket name has a dot: ${problem}`;
}
