import type { GenericSchema } from 'valibot';
import type { CredentialSource, CustomerKey } from '../credentials.ts';
import type { Transport } from '../http/transport.ts';
import type { ByteRange } from '../range.ts';

/**
 * The seam between copying and the four wire dialects. A store client is small and dumb: one method is one
 * request, answers are parsed, errors are mapped to the closed list, and nothing is planned, retried or decided
 * here. What all providers share (retry, planning, verification) lives once in `shared/copy/`.
 */
export interface ObjectStore {
  /** Provider name, as in the stores file. */
  readonly provider: string;
  readonly limits: Limits;
  readonly capabilities: Capabilities;

  /** @throws SourceNotFound (also for a delete marker), PreconditionFailed for a condition that does not hold. */
  head(request: HeadRequest, call?: Call): Promise<ObjectFacts>;
  /** The tags of an object version; an empty record when it has none. */
  getTagging(object: ObjectVersion, call?: Call): Promise<Readonly<Record<string, string>>>;
  /** The word for an object version's ACL, for example `public-read`. */
  getAcl(object: ObjectVersion, call?: Call): Promise<string>;
  /** Exactly the bytes of the range. @throws IncompleteAnswer when the provider sent any other bytes. */
  getRange(request: GetRangeRequest, call?: Call): Promise<Uint8Array>;
  /** Copies a whole object in one request. `etag` is undefined when the provider reported success without one. */
  copyObject(request: CopyObjectRequest, call?: Call): Promise<WrittenObject>;
  createUpload(request: CreateUploadRequest, call?: Call): Promise<CreatedUpload>;
  /** Copies one range into one part. Success of the request only: the caller checks what the answer proves. */
  uploadPartCopy(request: UploadPartCopyRequest, call?: Call): Promise<CopiedPart>;
  uploadPart(request: UploadPartRequest, call?: Call): Promise<CopiedPart>;
  /** One page, ascending by part number. @throws UploadGone */
  listParts(request: ListPartsRequest, call?: Call): Promise<PartsPage>;
  /** @throws UploadGone, also after a completion whose answer was lost: the caller settles that with `head`. */
  completeUpload(request: CompleteUploadRequest, call?: Call): Promise<WrittenObject>;
  /** @throws UploadGone when there is no such upload (any more). */
  abortUpload(upload: Upload, call?: Call): Promise<void>;
  /** One page of open uploads, ordered by key. */
  listUploads(request: ListUploadsRequest, call?: Call): Promise<UploadsPage>;
  /**
   * Bytes of the first part of an object that was made in parts; undefined when it was not. Only where equal part
   * boundaries make an equal ETag.
   */
  readonly firstPartSize?: (request: FirstPartRequest, call?: Call) => Promise<number | undefined>;
  /** Deletes a key (on a versioned bucket: adds a delete marker) or one version; succeeds when there is none. */
  deleteObject(object: ObjectVersion, call?: Call): Promise<void>;
}

/** What bounds one call besides its own meaning. */
export interface Call {
  readonly signal?: AbortSignal | undefined;
  /** Overrides the store's default time for one request. */
  readonly timeoutMs?: number | undefined;
}

export interface ObjectVersion {
  readonly bucket: string;
  /** Raw key: any UTF-8 text, never percent-encoded. */
  readonly key: string;
  /** Absent: the current version. */
  readonly versionId?: string | undefined;
}

/** Conditions on the source; the names follow RFC 9110. */
export interface SourceConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: Date | undefined;
  readonly ifUnmodifiedSince?: Date | undefined;
}

export interface HeadRequest {
  readonly object: ObjectVersion;
  readonly conditions?: SourceConditions | undefined;
  /** Needed to read the facts of an object under a customer key. */
  readonly customerKey?: CustomerKey | undefined;
}

/** What `firstPartSize` looks at; under a customer key it is not shown without that key. */
export type FirstPartRequest = Pick<HeadRequest, 'object' | 'customerKey'>;

export interface GetRangeRequest {
  readonly object: ObjectVersion;
  readonly range: ByteRange;
  readonly ifMatch?: string | undefined;
  readonly customerKey?: CustomerKey | undefined;
}

/** Headers that describe the content and travel with an object. */
export interface ContentHeaders {
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  /** As sent, an HTTP date. */
  readonly expires?: string | undefined;
}

/** Whole-object checksums by name, in the provider's own notation. */
export type Checksums = Readonly<{ [name in ChecksumName]?: string | undefined }>;
/** `crc64ecma`: unsigned decimal (OSS). `crc64nvme`, `crc32`, `crc32c`: base64 of big-endian bytes (S3). */
export type ChecksumName = 'crc64ecma' | 'crc64nvme' | 'crc32' | 'crc32c';

/** How an object is encrypted at rest, as the provider reports it. */
export interface ReportedEncryption {
  /** The provider's word, for example `AES256` or `KMS`. */
  readonly algorithm: string;
  readonly keyId?: string | undefined;
}

export interface ObjectFacts {
  /** Bytes. */
  readonly size: number;
  /** Opaque, with its quotes, as sent. */
  readonly etag: string;
  readonly lastModified: Date;
  /** Absent on a bucket that never had versioning; the text `null` for the null version. */
  readonly versionId?: string | undefined;
  readonly storageClass?: string | undefined;
  /** `archived` and `restoring` objects cannot be read, so not copied. */
  readonly access: 'readable' | 'archived' | 'restoring';
  /** `normal` objects can be copied in parts; others only if the provider says so. */
  readonly type: 'normal' | 'appendable' | 'symlink';
  readonly checksums: Checksums;
  readonly headers: ContentHeaders;
  /** User metadata without the provider's prefix, names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  /** User metadata that the object has, but that no header can show; absent for none. */
  readonly hiddenMetadataCount?: number | undefined;
  /** Undefined where the provider told none: the object has no tags then, or the reader may not know. */
  readonly tagCount?: number | undefined;
  readonly encryption?: ReportedEncryption | undefined;
  /** Until when nobody may delete it, with the mode, for example `COMPLIANCE until 2027-01-01T00:00:00Z`. */
  readonly retention?: string | undefined;
  /** Present, and mostly `ON`, while a legal hold stands on it. */
  readonly legalHold?: string | undefined;
  /** Where a bucket that is a website sends whoever asks for it. */
  readonly websiteRedirect?: string | undefined;
  /** When the object expires by itself; the date that a rule of its bucket sets is not its own. */
  readonly expiry?: string | undefined;
  /** The multipart upload that made the object, where the provider says so. */
  readonly uploadId?: string | undefined;
  /** The provider's clock when it answered, if it said so. */
  readonly answeredAt?: Date | undefined;
}

/** Encryption asked for at the destination. */
export type Encryption =
  | { readonly kind: 'provider' }
  | { readonly kind: 'kms'; readonly keyId?: string | undefined }
  | { readonly kind: 'customer'; readonly key: CustomerKey };

/** Everything that is decided about an object when its writing begins. */
export interface NewObject {
  readonly headers: ContentHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly acl?: string | undefined;
  readonly storageClass?: string | undefined;
  readonly encryption?: Encryption | undefined;
  /** The provider is asked to compute this checksum over the whole object, so that it can be compared. */
  readonly checksum?: ChecksumName | undefined;
  /** False: the provider refuses with DestinationExists where it can (see `Capabilities.forbidOverwrite`). */
  readonly overwrite: boolean;
}

export interface CopyObjectRequest {
  readonly source: ObjectVersion;
  readonly destination: { readonly bucket: string; readonly key: string };
  readonly object: NewObject;
  readonly conditions?: SourceConditions | undefined;
  readonly sourceKey?: CustomerKey | undefined;
}

export interface CreateUploadRequest {
  readonly bucket: string;
  readonly key: string;
  readonly object: NewObject;
}

export interface CreatedUpload {
  readonly uploadId: string;
}

export interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

export interface UploadPartCopyRequest {
  readonly upload: Upload;
  /** 1-based. */
  readonly partNumber: number;
  readonly source: ObjectVersion;
  /** Absent: the whole source. */
  readonly range?: ByteRange | undefined;
  readonly conditions?: SourceConditions | undefined;
  readonly encryption?: Encryption | undefined;
  readonly sourceKey?: CustomerKey | undefined;
}

export interface UploadPartRequest {
  readonly upload: Upload;
  /** 1-based. */
  readonly partNumber: number;
  readonly body: Uint8Array;
  readonly encryption?: Encryption | undefined;
}

export interface CopiedPart {
  /** With its quotes; undefined when the answer held none, which is never a success on its own. */
  readonly etag?: string | undefined;
  /** The source bytes the provider says it copied, where it says so. */
  readonly range?: (ByteRange & { readonly total?: number }) | undefined;
  /** The version it says it copied. */
  readonly sourceVersionId?: string | undefined;
  readonly encryption?: ReportedEncryption | undefined;
}

export interface ListPartsRequest {
  readonly upload: Upload;
  /** Lists parts after this number; absent or 0: from the first. */
  readonly after?: number | undefined;
  /** At most this many, up to the provider's page size. */
  readonly limit?: number | undefined;
  /** As the upload began with it: under a customer key some providers want that key again. */
  readonly encryption?: Encryption | undefined;
}

export interface ListedPart {
  readonly partNumber: number;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** CRC-64 of the part, where the provider lists it. */
  readonly crc64ecma?: string | undefined;
}

export interface PartsPage {
  readonly parts: readonly ListedPart[];
  /** Pass as `after` for the next page; absent on the last one. */
  readonly next?: number | undefined;
}

export interface CompleteUploadRequest {
  readonly upload: Upload;
  /** Ascending by part number. */
  readonly parts: readonly { readonly partNumber: number; readonly etag: string }[];
  readonly acl?: string | undefined;
  readonly overwrite: boolean;
  readonly encryption?: Encryption | undefined;
  /**
   * What the object has to have, of what the upload was begun with: a provider that can be told so refuses to make any
   * other (ChecksumMismatch).
   */
  readonly checksums?: Checksums | undefined;
}

export interface WrittenObject {
  readonly etag?: string | undefined;
  readonly versionId?: string | undefined;
  /** For a one-request copy: the source version the provider says it copied. */
  readonly sourceVersionId?: string | undefined;
  readonly checksums: Checksums;
  readonly encryption?: ReportedEncryption | undefined;
}

export interface ListUploadsRequest {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly after?: UploadsMarker | undefined;
  readonly limit?: number | undefined;
}

export interface UploadsMarker {
  readonly key: string;
  readonly uploadId?: string | undefined;
}

export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly initiated: Date;
}

export interface UploadsPage {
  readonly uploads: readonly OpenUpload[];
  /** The provider's clock when it answered, if it said so. */
  readonly answeredAt?: Date | undefined;
  /** Pass as `after` for the next page; absent on the last one. */
  readonly next?: UploadsMarker | undefined;
}

/** Numbers a plan has to stay inside; bytes unless the name says otherwise. */
export interface Limits {
  readonly maxObjectBytes: number;
  /** Largest source of one CopyObject request. */
  readonly maxCopyObjectBytes: number;
  /** Smallest part that is not the last one. */
  readonly minPartBytes: number;
  readonly maxPartBytes: number;
  readonly maxParts: number;
  readonly maxKeyBytes: number;
  /** Names and values of all user metadata together. */
  readonly maxMetadataBytes: number;
  /** Largest page of List Parts and List Uploads. */
  readonly maxPageItems: number;
}

/** What a provider can do. Absent or false means: not supported, and asking for it is an error. */
export interface Capabilities {
  readonly versions: boolean;
  readonly tags: boolean;
  readonly acl: boolean;
  readonly storageClasses: boolean;
  readonly encryption: readonly Encryption['kind'][];
  /** Takes a condition on the source of a part copy. */
  readonly partConditions: boolean;
  /**
   * Known to refuse what such a condition excludes. What merely is believed to may ignore it without a word, so the
   * source is looked at again before Complete.
   */
  readonly partConditionsProven: boolean;
  /** Part copies find a source by its exact key, whatever is in it; otherwise only the one request does. */
  readonly exactPartSource: boolean;
  /** The answer to a ranged part copy says which bytes were copied, so a missing range is a failure. */
  readonly partRangeReported: boolean;
  /**
   * Whether an upload may leave part numbers out at Complete, both such as were never used and such as hold a part, which
   * is dropped then. Some stores allow it only where the upload was begun without a checksum.
   */
  readonly sparePartNumbers?: 'always' | 'withoutChecksum' | 'never' | undefined;
  /** A success may come without an ETag: that of a part is in List Parts then, that of an object in HEAD. */
  readonly etagMayBeAbsent: boolean;
  /**
   * Protects an object that is there, when told to at Complete and CopyObject: refuses, or loses nothing because the
   * bucket keeps versions. Otherwise only the look just before protects it, so that look has to be allowed.
   */
  readonly forbidOverwrite: boolean;
  /** Tells an appendable object apart and refuses to copy it in parts. */
  readonly appendable: 'absent' | 'oneRequest' | 'never';
  /** Whole-object checksums that source and destination can be compared by. */
  readonly checksums: readonly ChecksumName[];
  /** Copies an object of any size inside one bucket by one short request, because no byte moves. */
  readonly shallowCopies?: boolean | undefined;
}

/** What every store in the stores file has, whatever its provider. */
export interface StoreConfig {
  readonly provider: string;
  /** The provider's bare region (or zone) id, for example `cn-hangzhou`. */
  readonly region: string;
  /** Scheme, host and optional port, without a path. */
  readonly endpoint: string;
  readonly addressing: 'virtual' | 'path';
  readonly credentials: { readonly env: string } | { readonly secret: string };
  /** Bucket names, `*` at the end for a prefix; requests can use no other bucket. */
  readonly buckets: readonly string[];
  /** Requests in flight at this store for one copy. */
  readonly maxInFlight: number;
  /** How fast the store copies, where somebody has measured it. */
  readonly rate?: RateConfig | undefined;
  /** What its requests cost, where it is known better than the price table does. */
  readonly prices?: PricesConfig | undefined;
}

/** How fast one copying request is. */
export interface RateConfig {
  /** Passes before a byte is copied. */
  readonly secondsPerRequest?: number | undefined;
  readonly mibPerSecond?: number | undefined;
}

/** What requests cost. */
export interface PricesConfig {
  readonly currency: 'USD' | 'CNY';
  /** PUT, COPY, POST and LIST. */
  readonly writesPerMillion: number;
  /** GET and HEAD. */
  readonly readsPerMillion: number;
  /** When that was so. */
  readonly date?: string | undefined;
}

/** Everything a client needs from outside; all of it injected, so that tests own time and network. */
export interface StoreContext {
  readonly transport: Transport;
  readonly credentials: CredentialSource;
  readonly now: () => Date;
}

/** One provider: what the registry lists. */
export interface Provider<Config extends StoreConfig = StoreConfig> {
  readonly name: Config['provider'];
  /** Parses one store of the stores file, defaults filled in, unknown fields refused. */
  readonly schema: GenericSchema<unknown, Config>;
  /** The strictest of all its stores; a store's own client says what holds there. */
  readonly limits: Limits;
  /** Says in a sentence why the provider cannot copy from one store to another; undefined when it can. */
  readonly copyProblem: (source: StoreConfig, destination: StoreConfig) => string | undefined;
  /** True when equal bucket names in two stores mean the same bucket. */
  readonly sharesBuckets: (a: StoreConfig, b: StoreConfig) => boolean;
  /** Says in a sentence why a bucket name cannot exist at this provider; undefined when it can. */
  readonly bucketProblem: (bucket: string) => string | undefined;
  /** Says in a sentence why a key cannot exist at this provider; undefined when it can. */
  readonly keyProblem: (key: string) => string | undefined;
  readonly createStore: (config: Config, context: StoreContext) => ObjectStore;
}
