import type { CopyError, ErrorFacts } from '../../errors.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import type { Checksums, ReportedEncryption } from '../provider.ts';
import type { Headers, StoreRequest } from './request.ts';

/** What is left of a provider's own once it speaks the XML dialect that OSS, OBS and S3 share. */
export interface Dialect {
  /** Provider name, as in the stores file. */
  readonly provider: string;
  /** The provider's name in sentences, for example `OSS`. */
  readonly title: string;
  /** The error code with which it refuses a clock that is too far off. */
  readonly clockSkewCode: string;
  /** What its own headers begin with, for example `x-oss-`. */
  readonly prefix: string;
  /** True: the ETag of a copy may stand in the header alone; false: only one in the document is a success. */
  readonly headerEtag: boolean;
  /** Names a failed answer, also one that has the status of a success. */
  readonly errorOf: (answer: HttpAnswer, request: StoreRequest) => CopyError;
  /** What every error about an answer says besides its name. */
  readonly factsOf: (answer: HttpAnswer, request: StoreRequest) => ErrorFacts;
  /** Checksums over the whole object, from the headers or from the elements of a result document. */
  readonly checksumsOf: (headers: Headers, result: Readonly<Record<string, unknown>>) => Checksums;
  /** Encryption as reported, undefined for none. */
  readonly encryptionOf: (headers: Headers) => ReportedEncryption | undefined;
}
