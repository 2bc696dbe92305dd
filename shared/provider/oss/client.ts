import type { HttpAnswer } from '../../http/transport.ts';
import type { ObjectStore, StoreContext, WrittenObject } from '../provider.ts';
import { readComplete as readCompleteDocument, written } from '../xml/answers.ts';
import { createXmlClient } from '../xml/client.ts';
import type { Dialect } from '../xml/dialect.ts';
import type { StoreRequest } from '../xml/request.ts';
import { createSend } from '../xml/send.ts';
import type { OssConfig } from './config.ts';
import { OSS_DIALECT } from './dialect.ts';
import { bucketProblem, keyProblem, OSS_CAPABILITIES, OSS_LIMITS } from './limits.ts';
import { readFacts } from './object-facts.ts';
import { copyObject, getObject, headObject } from './object-requests.ts';
import { signV1 } from './sign-v1.ts';
import { signV4 } from './sign-v4.ts';
import { completeMultipartUpload, initiateMultipartUpload, uploadPart, uploadPartCopy } from './upload-requests.ts';

/**
 * A client for one OSS store.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/list-of-operations-by-function
 */
export function createOssStore(config: OssConfig, context: StoreContext): ObjectStore {
  const { region, signature } = config;
  return createXmlClient({
    provider: config.provider,
    limits: OSS_LIMITS,
    capabilities: OSS_CAPABILITIES,
    dialect: OSS_DIALECT,
    send: createSend({
      config,
      context,
      dialect: OSS_DIALECT,
      sign: (request, credentials, now) => {
        const signable = { ...request, key: request.key ?? '' };
        return signature === 'v1' ? signV1(signable, credentials, now) : signV4(signable, credentials, { region, now });
      },
      bucketProblem,
      keyProblem,
    }),
    own: {
      head: headObject,
      getRange: getObject,
      copyObject,
      createUpload: initiateMultipartUpload,
      uploadPartCopy,
      uploadPart,
      completeUpload: completeMultipartUpload,
      readFacts,
      readComplete,
    },
  });
}

/** 203 says that the object was written and only a callback failed. @throws CopyError IncompleteAnswer */
function readComplete(answer: HttpAnswer, request: StoreRequest, dialect: Dialect): WrittenObject {
  return answer.status === 203 ? written(answer, dialect, {}) : readCompleteDocument(answer, request, dialect);
}
