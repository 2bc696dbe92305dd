import type { Behind } from './fault-proxy-cell.ts';

/** Where somebody else may do something while a copy runs. */
type ChangePlace = Pick<Behind, 'direct' | 'buckets' | 'theirs'> & {
  readonly source: Place;
  readonly destination: Place;
};

/** An object's place in the store. */
export interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** What is done to whole buckets, which no copy ever does. */
export interface Buckets {
  readonly create: (bucket: string) => Promise<void>;
  readonly drop: (bucket: string) => Promise<void>;
  /** From now on nobody may do that with its objects. */
  readonly deny: (bucket: string, action: 's3:GetObject' | 's3:PutObject') => Promise<void>;
}

/** What somebody else does, with a client of his own and real requests. */
export type Change = (place: ChangePlace) => Promise<void>;

const PLAIN = { headers: {}, metadata: {}, tags: {}, overwrite: true } as const;
const REPLACED_PART = 2;

/** Writes an object as its owner would. */
export async function write({ direct }: Pick<Behind, 'direct'>, { bucket, key }: Place, body: Buffer): Promise<void> {
  const { uploadId } = await direct.createUpload({ bucket, key, object: PLAIN });
  const upload = { bucket, key, uploadId };
  const { etag = '' } = await direct.uploadPart({ upload, partNumber: 1, body });
  await direct.completeUpload({ upload, parts: [{ partNumber: 1, etag }], overwrite: true });
}

async function uploadsOf({ direct, destination: { bucket, key } }: ChangePlace) {
  const { uploads } = await direct.listUploads({ bucket, prefix: key });
  return uploads.map(({ uploadId }) => ({ bucket, key, uploadId }));
}

async function abortUploads(place: ChangePlace): Promise<void> {
  for (const upload of await uploadsOf(place)) await place.direct.abortUpload(upload);
}

/** What the rows of the table do at the emulators, done at a real store; by the name of the row. */
export const CHANGES: Readonly<Record<string, Change>> = {
  'upload-aborted': abortUploads,
  'part-replaced': async (place) => {
    for (const upload of await uploadsOf(place)) {
      const { parts } = await place.direct.listParts({ upload });
      const part = parts.find(({ partNumber }) => partNumber === REPLACED_PART);
      if (part === undefined) continue;
      const body = place.theirs.subarray(0, part.size);
      await place.direct.uploadPart({ upload, partNumber: REPLACED_PART, body });
    }
  },
  'source-overwritten': (place) => write(place, place.source, place.theirs),
  'bucket-gone': async (place) => {
    await abortUploads(place);
    await place.direct.deleteObject(place.destination);
    await place.buckets.drop(place.destination.bucket);
  },
  'read-withdrawn': ({ buckets, source }) => buckets.deny(source.bucket, 's3:GetObject'),
  'write-withdrawn': ({ buckets, destination }) => buckets.deny(destination.bucket, 's3:PutObject'),
  'source-overwritten-versioned': (place) => write(place, place.source, place.theirs),
  'source-deleted': ({ direct, source }) => direct.deleteObject(source),
  'destination-written': (place) => write(place, place.destination, place.theirs),
  'destination-written-never': (place) => write(place, place.destination, place.theirs),
};
