import type { ObjectStore, StoreContext } from '../provider.ts';
import { readComplete, readCopy, readPart, readPartCopy, readRange, readTagging, readUpload } from './answers.ts';
import type { OssConfig } from './config.ts';
import { OSS_CAPABILITIES, OSS_LIMITS } from './limits.ts';
import { readParts, readUploads } from './listings.ts';
import { readFacts } from './object-facts.ts';
import { copyObject, deleteObject, getObject, getObjectTagging, headObject } from './object-requests.ts';
import type { OssRequest } from './request.ts';
import { createSend } from './send.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  initiateMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './upload-requests.ts';

/**
 * A client for one OSS store: one method is one request (two only when OSS refuses our clock).
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/list-of-operations-by-function
 */
export function createOssStore(config: OssConfig, context: StoreContext): ObjectStore {
  const send = createSend(config, context);
  return {
    provider: config.provider,
    limits: OSS_LIMITS,
    capabilities: OSS_CAPABILITIES,
    head: async (request, call) => send(headObject(request), readFacts, call),
    getTagging: async (object, call) => exchange(getObjectTagging(object), readTagging, call),
    getRange: async (request, call) => send(getObject(request), (answer) => readRange(answer, request), call),
    copyObject: async (request, call) => exchange(copyObject(request), readCopy, call),
    createUpload: async (request, call) => exchange(initiateMultipartUpload(request), readUpload, call),
    uploadPartCopy: async (request, call) => exchange(uploadPartCopy(request), readPartCopy, call),
    uploadPart: async (request, call) => send(uploadPart(request), readPart, call),
    listParts: async (request, call) =>
      exchange(listParts(request), (answer, sent) => readParts(answer, sent, request.after), call),
    completeUpload: async (request, call) => exchange(completeMultipartUpload(request), readComplete, call),
    abortUpload: async (upload, call) => send(abortMultipartUpload(upload), nothing, call),
    listUploads: async (request, call) => exchange(listMultipartUploads(request), readUploads, call),
    deleteObject: async (object, call) => send(deleteObject(object), nothing, call),
  };

  /** For answers with a body, whose reader has to know the request to name an error document. */
  function exchange<Result>(
    request: OssRequest,
    read: (answer: Parameters<typeof readCopy>[0], request: OssRequest) => Result,
    call: Parameters<ObjectStore['head']>[1],
  ): Promise<Result> {
    return send(request, (answer) => read(answer, request), call);
  }
}

function nothing(): void {}
