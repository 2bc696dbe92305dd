import { CopyError } from '../../errors.ts';
import type { ObjectStore, StoreContext } from '../provider.ts';
import { readRange } from '../xml/answers.ts';
import { readComplete, readCopy, readPart, readPartCopy, readUpload } from './answers.ts';
import type { QingStorConfig } from './config.ts';
import { QINGSTOR_DIALECT } from './dialect.ts';
import { QINGSTOR_CAPABILITIES, QINGSTOR_LIMITS } from './limits.ts';
import { readParts, readUploads } from './listings.ts';
import { readFacts } from './object-facts.ts';
import { copyObject, deleteObject, getObject, headObject } from './object-requests.ts';
import { createQingStorSend } from './send.ts';
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
 * A client for one QingStor store: one method is one request (two only when QingStor refuses our clock).
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/
 */
export function createQingStorStore(config: QingStorConfig, context: StoreContext): ObjectStore {
  const send = createQingStorSend(config, context);
  return {
    provider: config.provider,
    limits: QINGSTOR_LIMITS,
    capabilities: QINGSTOR_CAPABILITIES,
    head: async (request, call) => send(headObject(request), readFacts, call),
    getTagging: async () => {
      throw new CopyError('Unsupported', 'QingStor has no tags: leave them out.', { provider: config.provider });
    },
    getAcl: async () => {
      throw new CopyError('Unsupported', 'QingStor has ACLs of buckets only.', { provider: config.provider });
    },
    getRange: async (request, call) =>
      send(getObject(request), (answer) => readRange(answer, QINGSTOR_DIALECT, request), call),
    copyObject: async (request, call) => send(copyObject(request), readCopy, call),
    createUpload: async (request, call) => send(initiateMultipartUpload(request), readUpload, call),
    uploadPartCopy: async (request, call) => send(uploadPartCopy(request), readPartCopy, call),
    uploadPart: async (request, call) => send(uploadPart(request), readPart, call),
    listParts: async (request, call) => send(listParts(request), (answer) => readParts(answer, request), call),
    completeUpload: async (request, call) => {
      const completion = completeMultipartUpload(request);
      return send(completion, (answer) => readComplete(answer, completion), call);
    },
    // 204 also when there is no such upload (any more); only List Parts tells which it was.
    abortUpload: async (upload, call) => send(abortMultipartUpload(upload), nothing, call),
    listUploads: async (request, call) =>
      send(listMultipartUploads(request), (answer) => readUploads(answer, request), call),
    deleteObject: async (object, call) => send(deleteObject(object), nothing, call),
  };
}

function nothing(): void {}
