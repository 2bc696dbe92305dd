import type { ObjectStore, ObjectVersion, WrittenObject } from '@objectferry/shared/provider/provider.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';

/** Remembers what is written through a client, so that a bucket looks afterwards as it did before. */
export interface WrittenObjects {
  /** The same client, remembered. */
  readonly client: ObjectStore;
  /** The same runtime, copying through that client. */
  readonly runtime: ProcessRuntime;
  /**
   * Deletes it all, each version by its id. What stays in a bucket with versions is the delete marker of a test that is
   * about one.
   */
  readonly remove: () => Promise<void>;
}

export function rememberWritten(client: ObjectStore, runtime: ProcessRuntime): WrittenObjects {
  const places = new Map<string, ObjectVersion>();
  const remember = (place: { readonly bucket: string; readonly key: string }, { versionId }: WrittenObject) => {
    const { bucket, key } = place;
    places.set(JSON.stringify([bucket, key, versionId]), { bucket, key, versionId });
  };
  const remembering: ObjectStore = {
    ...client,
    copyObject: async (request, call) => {
      const written = await client.copyObject(request, call);
      remember(request.destination, written);
      return written;
    },
    completeUpload: async (request, call) => {
      const written = await client.completeUpload(request, call);
      remember(request.upload, written);
      return written;
    },
  };
  return {
    client: remembering,
    runtime: {
      ...runtime,
      stores: { open: (...request) => ({ ...runtime.stores.open(...request), client: remembering }) },
    },
    remove: async () => {
      for (const place of places.values()) await client.deleteObject(place);
    },
  };
}
