import { randomBytes } from 'node:crypto';
import { Content } from './content.ts';
import type {
  Bucket,
  BucketOptions,
  NewVersion,
  ObjectProperties,
  StoredPart,
  StoredVersion,
  Upload,
} from './object-types.ts';

/** What the model is told about the world around it. */
export interface ModelOptions {
  readonly region: string;
  readonly clock?: () => Date;
  readonly defaultContentType?: string;
  /** How the ETag of an object that was put directly is written: upper case if not said otherwise. */
  readonly etagCase?: 'lower' | 'upper';
}

/** What a DELETE did: the version it removed or made, and whether that is a delete marker. */
export interface Deletion {
  readonly versionId: string | undefined;
  readonly deleteMarker: boolean;
}

/** What a new upload is told besides its place. */
export interface NewUpload {
  readonly initiator: string;
  readonly properties?: Partial<ObjectProperties>;
  readonly forbidOverwrite?: boolean;
}

/** The id of the version that a bucket without versioning holds. */
const nullVersionId = 'null';

/**
 * Buckets, versions and uploads as every object store has them; a provider's emulator adds its own rules, codes and words. It
 * holds state and identity, hence a class.
 */
export class ObjectModel {
  readonly #buckets = new Map<string, Bucket>();
  readonly #options: ModelOptions;

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  now(): Date {
    return this.#options.clock?.() ?? new Date();
  }

  createBucket(options: BucketOptions): Bucket {
    const bucket: Bucket = {
      name: options.name,
      region: options.region ?? this.#options.region,
      versioning: options.versioning ?? 'never',
      immutable: options.immutable ?? false,
      storageClass: options.storageClass ?? 'Standard',
      initiator: options.initiator,
      created: this.now(),
      objects: new Map(),
      uploads: new Map(),
    };
    this.#buckets.set(bucket.name, bucket);
    return bucket;
  }

  bucket(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  buckets(): readonly Bucket[] {
    return [...this.#buckets.values()];
  }

  deleteBucket(name: string): void {
    this.#buckets.delete(name);
  }

  /** The named bucket; a test or an operation that comes here has made sure that it exists. */
  requireBucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) {
      throw new Error(`no bucket ${name} in the emulator`);
    }
    return bucket;
  }

  /** Stores real bytes or a content as the key's new current version, whatever rules the service has. */
  putObject(
    bucket: string,
    key: string,
    body: Uint8Array | Content,
    properties: Partial<NewVersion> = {},
  ): StoredVersion {
    const content = body instanceof Content ? body : Content.ofBytes(body);
    return this.putVersion(bucket, key, { ...properties, content });
  }

  /** Stores an object of any size that a seed generates. */
  putVirtualObject(
    bucket: string,
    key: string,
    size: number,
    seed = 1,
    properties: Partial<NewVersion> = {},
  ): StoredVersion {
    return this.putVersion(bucket, key, { ...properties, content: Content.virtual(seed, size) });
  }

  /** Stores a new current version by the bucket's versioning. `crc64: undefined`, said explicitly, leaves the checksum out. */
  putVersion(bucketName: string, key: string, version: NewVersion): StoredVersion {
    const bucket = this.requireBucket(bucketName);
    const stored: StoredVersion = {
      ...this.properties(version, bucket),
      key,
      versionId: bucket.versioning === 'enabled' ? newVersionId() : nullVersionId,
      deleteMarker: false,
      content: version.content,
      etag: version.etag ?? this.#md5Etag(version.content),
      crc64: 'crc64' in version ? version.crc64 : version.content.crc64(),
      lastModified: version.lastModified ?? this.now(),
      type: version.type ?? 'Normal',
      symlinkTarget: version.symlinkTarget,
      restore: version.restore,
      uploadId: version.uploadId,
      checksums: version.checksums,
      partSizes: version.partSizes,
    };
    this.#makeCurrent(bucket, stored);
    return stored;
  }

  /** Fills in what was not given with what a service takes by default. */
  properties(given: Partial<ObjectProperties>, bucket: Bucket): ObjectProperties {
    return {
      contentHeaders: {
        'content-type': this.#options.defaultContentType ?? 'application/octet-stream',
        ...given.contentHeaders,
      },
      userMetadata: given.userMetadata ?? {},
      tags: given.tags ?? [],
      acl: given.acl ?? 'default',
      storageClass: given.storageClass ?? bucket.storageClass,
      encryption: given.encryption ?? {},
    };
  }

  /** A key's current version, which may be a delete marker, or the one with the given id. */
  version(bucketName: string, key: string, versionId?: string): StoredVersion | undefined {
    const versions = this.#buckets.get(bucketName)?.objects.get(key);
    return versionId === undefined ? versions?.[0] : versions?.find((version) => version.versionId === versionId);
  }

  /** The current object for a reader: nothing where the current version is a delete marker. */
  getObject(bucketName: string, key: string, versionId?: string): StoredVersion | undefined {
    const version = this.version(bucketName, key, versionId);
    return version?.deleteMarker ? undefined : version;
  }

  /** All versions and delete markers of a bucket or of a key, by key, the current one first. */
  listVersions(bucketName: string, key?: string): readonly StoredVersion[] {
    const { objects } = this.requireBucket(bucketName);
    return key === undefined
      ? sortedKeys(objects.keys()).flatMap((name) => objects.get(name) ?? [])
      : (objects.get(key) ?? []);
  }

  /** Changes facts of a stored version in place, such as its tags or its restore state. */
  amend(bucketName: string, key: string, versionId: string, change: Partial<StoredVersion>): void {
    const versions = this.requireBucket(bucketName).objects.get(key) ?? [];
    const index = versions.findIndex((version) => version.versionId === versionId);
    const version = versions[index];
    if (version) {
      versions[index] = { ...version, ...change };
    }
  }

  /** Deletes as a service does: for good by version id or without versioning, otherwise with a marker on top. */
  deleteObject(bucketName: string, key: string, versionId?: string): Deletion {
    const bucket = this.requireBucket(bucketName);
    if (versionId !== undefined || bucket.versioning === 'never') {
      const removed = this.#remove(bucket, key, versionId ?? nullVersionId);
      return { versionId, deleteMarker: removed?.deleteMarker ?? false };
    }
    const marker: StoredVersion = {
      ...this.properties({ contentHeaders: {} }, bucket),
      key,
      versionId: bucket.versioning === 'enabled' ? newVersionId() : nullVersionId,
      deleteMarker: true,
      content: Content.empty,
      etag: '',
      crc64: undefined,
      lastModified: this.now(),
      type: 'Normal',
      symlinkTarget: undefined,
      restore: undefined,
    };
    this.#makeCurrent(bucket, marker);
    return { versionId: marker.versionId, deleteMarker: true };
  }

  createUpload(
    bucketName: string,
    key: string,
    { initiator, properties = {}, forbidOverwrite = false }: NewUpload,
  ): Upload {
    const bucket = this.requireBucket(bucketName);
    const upload: Upload = {
      uploadId: randomBytes(16).toString('hex').toUpperCase(),
      bucket: bucketName,
      key,
      initiated: this.now(),
      initiator,
      properties: this.properties(properties, bucket),
      forbidOverwrite,
      parts: new Map(),
    };
    bucket.uploads.set(upload.uploadId, upload);
    return upload;
  }

  /** The upload with this id for this key, if it has neither been completed nor aborted. */
  upload(bucketName: string, key: string, uploadId: string): Upload | undefined {
    const upload = this.#buckets.get(bucketName)?.uploads.get(uploadId);
    return upload?.key === key ? upload : undefined;
  }

  /** Uploads that have begun and not ended, by key and then by id, as listings have them. */
  openUploads(bucketName: string): readonly Upload[] {
    return [...this.requireBucket(bucketName).uploads.values()].sort(
      (a, b) => compareKeys(a.key, b.key) || compareKeys(a.uploadId, b.uploadId),
    );
  }

  /** Stores a part; a part number that is sent again replaces what was there. */
  putPart(upload: Upload, part: Omit<StoredPart, 'lastModified'>): StoredPart {
    const stored = { ...part, lastModified: this.now() };
    upload.parts.set(part.partNumber, stored);
    return stored;
  }

  endUpload(upload: Upload): void {
    this.requireBucket(upload.bucket).uploads.delete(upload.uploadId);
  }

  #md5Etag(content: Content): string {
    const hex = content.md5().toString('hex');
    return this.#options.etagCase === 'lower' ? hex : hex.toUpperCase();
  }

  #makeCurrent(bucket: Bucket, version: StoredVersion): void {
    const older = (bucket.objects.get(version.key) ?? []).filter(({ versionId }) => versionId !== version.versionId);
    bucket.objects.set(version.key, [version, ...older]);
  }

  #remove(bucket: Bucket, key: string, versionId: string): StoredVersion | undefined {
    const versions = bucket.objects.get(key) ?? [];
    const left = versions.filter((version) => version.versionId !== versionId);
    if (left.length === 0) {
      bucket.objects.delete(key);
    } else {
      bucket.objects.set(key, left);
    }
    return versions.find((version) => version.versionId === versionId);
  }
}

/** Version ids hold only URL-safe characters; nothing else about them may be relied on. */
function newVersionId(): string {
  return `CAEQ${randomBytes(24).toString('hex')}`;
}

/** Compares by UTF-8 bytes, as listings are ordered; JavaScript's own order differs above the basic plane. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Sorts keys in the order of their UTF-8 bytes. */
function sortedKeys(keys: Iterable<string>): string[] {
  return [...keys].sort(compareKeys);
}
