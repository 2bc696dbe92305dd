import type { TemporaryAccount } from '../account.ts';
import type { Answer, WireRequest } from '../answer.ts';
import type { Target } from '../faults.ts';
import type { ObjectModel } from '../object-model.ts';
import type { Bucket } from '../object-types.ts';
import type { Tweaks } from '../pipeline.ts';
import type { Query } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Dialect } from './dialect.ts';

/** Who may call OBS. */
export interface ObsAccount extends TemporaryAccount {
  /** The user behind the key: temporary keys of one user are the same initiator. The key itself if not said otherwise. */
  readonly principal?: string;
  /** System roles that it has besides its policy. */
  readonly roles?: readonly string[];
}

/** Where documents disagree about OBS or say nothing, or endpoints differ: how this emulator behaves. */
export interface ObsQuirks {
  /** Whether path style is served, or refused with `VirtualHostDomainRequired`. */
  readonly pathStyle: 'served' | 'refused';
  /** The least size of a part that is not the last: 100 KB by the native pages, 5 MB by those of the x-amz- dialect. */
  readonly leastPartBytes: { readonly native: number; readonly amz: number };
  /** Whether the conditions of a copy hold in the x-amz- dialect, whose pages do not name them. */
  readonly amzCopyConditions: 'checked' | 'ignored';
  /** HEAD and GET of a version that is a delete marker. */
  readonly versionMarkerHead: 404 | 405;
  /** The answer to a Complete of an upload that is complete. */
  readonly completeTwice: 'no-such-upload' | 'repeat';
  /** After how many wrong signatures in a row a key is locked out, and for how long. */
  readonly wrongSignatures: { readonly most: number; readonly lockMs: number };
  /** Whether HEAD tells the CRC-64 of an object, as in newer regions. */
  readonly crc64: 'told' | 'absent';
  /** How long a restore takes. */
  readonly restoreMs: number;
}

/** What an operation works with. */
export interface ObsContext {
  readonly model: ObjectModel;
  readonly region: string;
  readonly quirks: ObsQuirks;
  /** Answers of Complete by upload id, for the quirk that repeats them. */
  readonly completed: Map<string, Answer>;
}

/** A request to OBS, taken apart but not judged. */
export interface ObsCall extends Target {
  readonly request: WireRequest;
  readonly dialect: Dialect;
  readonly query: Query;
  readonly style: 'path' | 'virtual';
  /** The path exactly as sent. */
  readonly rawPath: string;
  /** The path as it is signed in version 2: with the bucket, otherwise exactly as sent. */
  readonly resource: string;
  /** Known once the signature has been verified. */
  account: ObsAccount | undefined;
}

/** A call about a bucket. */
export interface BucketCall extends ObsCall {
  readonly bucket: string;
}

/** A call about a key in a bucket. */
export interface ObjectCall extends BucketCall {
  readonly key: string;
}

/** Carries out one operation, or throws the refusal that OBS would answer. */
export type ObsOperation<C extends ObsCall> = (context: ObsContext, call: C, tweaks: Tweaks) => Answer;

/** The value of a request header. */
export function header(call: ObsCall, name: string): string | undefined {
  return call.request.headers.get(name);
}

/** The value of a header of the dialect's family, named without the prefix. */
export function own(call: ObsCall, name: string): string | undefined {
  return call.request.headers.get(`${call.dialect.prefix}${name}`);
}

/** The user that signed the request. */
export function principalOf({ account }: ObsCall): string {
  return account?.principal ?? account?.accessKeyId ?? '';
}

/** The refusal of what is not allowed. */
export function accessDenied(): Refusal {
  return new Refusal(403, 'AccessDenied', 'Access Denied');
}

/** The refusal of a request that makes no sense to the service. */
export function invalid(code: 'InvalidArgument' | 'InvalidRequest', message: string): Refusal {
  return new Refusal(400, code, message);
}

/** The bucket of that name, as long as this region serves it. A redirect names the endpoint only in its document. */
export function findBucket({ model, region }: ObsContext, name: string): Bucket {
  const bucket = model.bucket(name);
  if (!bucket) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { fields: { BucketName: name } });
  }
  if (bucket.region !== region) {
    throw new Refusal(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      { fields: { Bucket: name, Endpoint: `obs.${bucket.region}.myhuaweicloud.com` } },
    );
  }
  return bucket;
}

/** The header that names a version; buckets that never had versioning say nothing. */
export function versionHeader(call: ObsCall, bucket: Bucket, versionId: string): Record<string, string> {
  return bucket.versioning === 'never' ? {} : { [`${call.dialect.prefix}version-id`]: versionId };
}

/** Headers of an answer that has a document. */
export const xmlHeaders = { 'content-type': 'application/xml' } as const;

/** Owner and initiator, as listings name them. */
export const owner = { ID: 'objectferry-domain', DisplayName: 'objectferry' } as const;
