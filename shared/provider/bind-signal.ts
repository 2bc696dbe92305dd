import type { Call, ObjectStore } from './provider.ts';

/** The same client, whose every request also ends when the signal is aborted. */
export function bindSignal(client: ObjectStore, signal: AbortSignal): ObjectStore {
  // All parts of a span bring the same signal, and joining two takes as long as signing a request.
  const joined = new WeakMap<AbortSignal, AbortSignal>();
  const withBoth = (own: AbortSignal): AbortSignal => {
    const both = joined.get(own) ?? AbortSignal.any([own, signal]);
    joined.set(own, both);
    return both;
  };
  const both = (call?: Call): Call => ({
    ...call,
    signal: call?.signal === undefined ? signal : withBoth(call.signal),
  });
  const { provider, limits, capabilities, firstPartSize } = client;
  return {
    provider,
    limits,
    capabilities,
    ...(firstPartSize === undefined ? {} : { firstPartSize: (request, call) => firstPartSize(request, both(call)) }),
    head: (request, call) => client.head(request, both(call)),
    getTagging: (object, call) => client.getTagging(object, both(call)),
    getAcl: (object, call) => client.getAcl(object, both(call)),
    getRange: (request, call) => client.getRange(request, both(call)),
    copyObject: (request, call) => client.copyObject(request, both(call)),
    createUpload: (request, call) => client.createUpload(request, both(call)),
    uploadPartCopy: (request, call) => client.uploadPartCopy(request, both(call)),
    uploadPart: (request, call) => client.uploadPart(request, both(call)),
    listParts: (request, call) => client.listParts(request, both(call)),
    completeUpload: (request, call) => client.completeUpload(request, both(call)),
    abortUpload: (upload, call) => client.abortUpload(upload, both(call)),
    listUploads: (request, call) => client.listUploads(request, both(call)),
    deleteObject: (object, call) => client.deleteObject(object, both(call)),
  };
}
