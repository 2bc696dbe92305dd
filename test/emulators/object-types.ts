import type { Content } from './content.ts';

/** Whether a bucket keeps versions. Once enabled it can only be suspended: the null version exists from then on by name. */
type Versioning = 'never' | 'enabled' | 'suspended';

/** How an object came to be; providers allow different things with each. */
type ObjectType = 'Normal' | 'Multipart' | 'Appendable' | 'Symlink';

/** Where a restored cold object stands: being restored until a time, then readable until another. */
interface Restore {
  readonly readyAt: Date;
  readonly expiresAt: Date;
}

/** What is given with an object's content and stays with it. */
export interface ObjectProperties {
  /** `content-type`, `cache-control` and so on, by lower-case name. */
  readonly contentHeaders: Readonly<Record<string, string>>;
  /** User metadata by lower-case name, without the provider's prefix. */
  readonly userMetadata: Readonly<Record<string, string>>;
  readonly tags: readonly (readonly [string, string])[];
  readonly acl: string;
  readonly storageClass: string;
  /** The provider's encryption headers, by lower-case name, as they are echoed. */
  readonly encryption: Readonly<Record<string, string>>;
}

/** One version of an object: content, or a delete marker. */
export interface StoredVersion extends ObjectProperties {
  readonly key: string;
  /** `null` for the version that a bucket without versioning, or with suspended versioning, holds. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly content: Content;
  /** Without quotes. */
  readonly etag: string;
  /** Absent where the service would not know it. */
  readonly crc64: bigint | undefined;
  readonly lastModified: Date;
  readonly type: ObjectType;
  readonly symlinkTarget: string | undefined;
  readonly restore: Restore | undefined;
  /** The upload that made it, where a service remembers that. */
  readonly uploadId?: string | undefined;
  /** Checksums of the provider's own choice, as their headers. */
  readonly checksums?: Readonly<Record<string, string>> | undefined;
  /** The sizes of the parts it was made of, where a service remembers them. */
  readonly partSizes?: readonly number[] | undefined;
}

/** What a caller gives for a new version; the rest has defaults. */
export interface NewVersion extends Partial<ObjectProperties> {
  readonly content: Content;
  readonly etag?: string;
  readonly crc64?: bigint | undefined;
  readonly type?: ObjectType;
  readonly symlinkTarget?: string | undefined;
  readonly restore?: Restore | undefined;
  readonly lastModified?: Date | undefined;
  readonly uploadId?: string | undefined;
  readonly checksums?: Readonly<Record<string, string>> | undefined;
  readonly partSizes?: readonly number[] | undefined;
}

/** A part of an upload that has not been completed. */
export interface StoredPart {
  readonly partNumber: number;
  readonly content: Content;
  readonly etag: string;
  readonly crc64: bigint | undefined;
  readonly lastModified: Date;
}

/** A multipart upload that has begun. */
export interface Upload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: Date;
  /** The access key id that began it: some providers let nobody else add parts. */
  readonly initiator: string;
  readonly properties: ObjectProperties;
  readonly forbidOverwrite: boolean;
  readonly parts: Map<number, StoredPart>;
}

/** How a bucket is made. */
export interface BucketOptions {
  readonly name: string;
  readonly region?: string;
  readonly versioning?: Versioning;
  /** A retention policy stands on the bucket. */
  readonly immutable?: boolean;
  readonly storageClass?: string;
  /** The only access key id that may begin uploads here. */
  readonly initiator?: string;
}

/** A bucket with its objects, each a list of versions with the current one first. */
export interface Bucket {
  readonly name: string;
  readonly region: string;
  versioning: Versioning;
  immutable: boolean;
  readonly storageClass: string;
  readonly initiator: string | undefined;
  readonly created: Date;
  readonly objects: Map<string, StoredVersion[]>;
  readonly uploads: Map<string, Upload>;
}
