import type { HttpAnswer } from '../../http/transport.ts';
import type {
  Call,
  CompleteUploadRequest,
  CopyObjectRequest,
  CreateUploadRequest,
  GetRangeRequest,
  HeadRequest,
  ListPartsRequest,
  ObjectFacts,
  ObjectStore,
  ObjectVersion,
  UploadPartCopyRequest,
  UploadPartRequest,
  WrittenObject,
} from '../provider.ts';
import { getObjectAcl, readAcl } from './acl.ts';
import { readComplete, readCopy, readPart, readPartCopy, readRange, readTagging, readUpload } from './answers.ts';
import type { Dialect } from './dialect.ts';
import { readParts, readUploads } from './listings.ts';
import { deleteObject, getObjectTagging } from './object-requests.ts';
import type { StoreRequest } from './request.ts';
import type { Send } from './send.ts';
import { abortMultipartUpload, listMultipartUploads, listParts as listPartsDefault } from './upload-requests.ts';

/** The requests that carry a provider's own headers, and the answers that do. */
interface OwnWire {
  readonly head: (request: HeadRequest) => StoreRequest;
  readonly getRange: (request: GetRangeRequest) => StoreRequest;
  readonly copyObject: (request: CopyObjectRequest) => StoreRequest;
  readonly createUpload: (request: CreateUploadRequest) => StoreRequest;
  readonly uploadPartCopy: (request: UploadPartCopyRequest) => StoreRequest;
  readonly uploadPart: (request: UploadPartRequest) => StoreRequest;
  readonly completeUpload: (request: CompleteUploadRequest) => StoreRequest;
  /** Absent: with `encoding-type`. */
  readonly listParts?: (request: ListPartsRequest) => StoreRequest;
  readonly readFacts: (answer: HttpAnswer) => ObjectFacts;
  /** Absent: the document of the dialect. */
  readonly readComplete?: (answer: HttpAnswer, request: StoreRequest, dialect: Dialect) => WrittenObject;
}

/** What makes a client of the dialect. */
export interface ClientParts extends Pick<ObjectStore, 'provider' | 'limits' | 'capabilities' | 'firstPartSize'> {
  readonly dialect: Dialect;
  readonly send: Send;
  readonly own: OwnWire;
}

/** A client of the dialect: one method is one request (two only when the provider refuses our clock). */
export function createXmlClient({ dialect, send, own, ...rest }: ClientParts): ObjectStore {
  return {
    ...rest,
    head: async (request, call) => send(own.head(request), own.readFacts, call),
    getTagging: async (object, call) => exchange(getObjectTagging(object), readTagging, call),
    getAcl: async (object, call) => exchange(getObjectAcl(object), readAcl, call),
    getRange: async (request, call) =>
      send(own.getRange(request), (answer) => readRange(answer, dialect, request), call),
    copyObject: async (request, call) => exchange(own.copyObject(request), readCopy, call),
    createUpload: async (request, call) => exchange(own.createUpload(request), readUpload, call),
    uploadPartCopy: async (request, call) => exchange(own.uploadPartCopy(request), readPartCopy, call),
    uploadPart: async (request, call) => send(own.uploadPart(request), (answer) => readPart(answer, dialect), call),
    listParts: async (request, call) =>
      exchange(
        (own.listParts ?? listPartsDefault)(request),
        (answer, sent) => readParts(answer, sent, dialect, request.after),
        call,
      ),
    completeUpload: async (request, call) =>
      exchange(own.completeUpload(request), own.readComplete ?? readComplete, call),
    abortUpload: async (upload, call) => send(abortMultipartUpload(upload), nothing, call),
    listUploads: async (request, call) => exchange(listMultipartUploads(request), readUploads, call),
    deleteObject: async (object: ObjectVersion, call) => send(deleteObject(object), nothing, call),
  };

  /** For answers with a body, whose reader has to know the request to name an error document. */
  function exchange<Result>(
    request: StoreRequest,
    read: (answer: HttpAnswer, request: StoreRequest, dialect: Dialect) => Result,
    call: Call | undefined,
  ): Promise<Result> {
    return send(request, (answer) => read(answer, request, dialect), call);
  }
}

function nothing(): void {}
