import { CopyError } from '../../errors.ts';
import type { ObjectStore, StoreContext } from '../provider.ts';
import { createXmlClient } from '../xml/client.ts';
import { dottedBucketSentence } from '../xml/config.ts';
import { createSend } from '../xml/send.ts';
import { signSigV4 } from '../xml/sigv4.ts';
import type { S3Config } from './config.ts';
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
    addressProblem: (bucket) => dottedBucketSentence(config, bucket),
    keyProblem,
  });
  const client = createXmlClient({
    provider: config.provider,
    limits: limitsOf(quirks),
    capabilities: capabilitiesOf(config),
    dialect,
    send,
    firstPartSize: async (request, call) => send(headFirstPart(request), readFirstPartSize, call).catch(unlessRefused),
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
  return {
    ...client,
    head: async (request, call) =>
      client.head(request, call).catch(async (error: unknown) => {
        const { object, customerKey } = request;
        throw await reasonOf(error, () =>
          client.getRange({ object, customerKey, range: { offset: 0, length: 1 } }, call),
        );
      }),
  };
}

/** How S3 refuses a request; everything else has a meaning of its own. */
const REFUSALS: readonly (number | undefined)[] = [400, 401, 403];

/**
 * S3 refuses a HEAD without a word: a wrong secret key, another region, a missing permission and a missing customer key
 * all look alike. The same request with a body in its answer says which it was.
 */
async function reasonOf(error: unknown, ask: () => Promise<unknown>): Promise<unknown> {
  if (!isRefusal(error) || error.facts.code !== undefined) return error;
  try {
    await ask();
    return error;
  } catch (reason) {
    return isRefusal(reason) && reason.facts.code !== undefined ? reason : error;
  }
}

function isRefusal(error: unknown): error is CopyError {
  return error instanceof CopyError && REFUSALS.includes(error.facts.status);
}

/** Stores that know no part numbers refuse them. */
function unlessRefused(error: unknown): undefined {
  if (error instanceof CopyError && (error.name === 'InvalidRequest' || error.name === 'Unsupported')) return undefined;
  throw error;
}
