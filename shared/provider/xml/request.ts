import { CopyError } from '../../errors.ts';
import type { QueryPair } from '../../http/encode.ts';
import type { HttpRequest } from '../../http/transport.ts';
import type { ObjectVersion } from '../provider.ts';

/** Header values by lower-case name. */
export type Headers = Readonly<Record<string, string>>;

/** One request before it is signed and addressed: everything raw, nothing percent-encoded. */
export interface StoreRequest {
  /** In the provider's own words, for example `UploadPartCopy`. */
  readonly operation: string;
  readonly method: HttpRequest['method'];
  readonly bucket: string;
  /** Undefined for an operation on the bucket itself; an empty key is refused, so that it never means the bucket. */
  readonly key: string | undefined;
  readonly query: readonly QueryPair[];
  readonly headers: Headers;
  readonly body?: Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** The object that is read, if any: what "not found" and "archived" are about. */
  readonly source?: ObjectVersion | undefined;
  readonly partNumber?: number | undefined;
}

/** Time for a request that moves no data. */
export const SMALL_TIMEOUT_MS = 30_000;
/** Largest answer that holds one object's or one upload's facts. */
export const SMALL_ANSWER_BYTES = 64 * 1024;
/** A page of 1000 uploads, each with a key of 1024 bytes in three characters per byte. */
export const PAGE_ANSWER_BYTES = 8 * 1024 * 1024;

const BASE_TIMEOUT_MS = 60_000;

/**
 * Time for a copy inside the provider: 10 s more for each 200 MB, as the Go SDK's copier allows.
 *
 * @see https://github.com/aliyun/alibabacloud-oss-go-sdk-v2/blob/master/oss/copier.go
 */
export function copyTimeoutMs(bytes: number): number {
  return BASE_TIMEOUT_MS + Math.ceil(bytes / 200e6) * 10_000;
}

/** Time for bytes that pass through this machine, at no less than 1 MB per second. */
export function transferTimeoutMs(bytes: number): number {
  return BASE_TIMEOUT_MS + Math.ceil(bytes / 1e6) * 1000;
}

/** Time for a completion: the provider reads every part's record, 10,000 at most. */
export function completeTimeoutMs(parts: number): number {
  return BASE_TIMEOUT_MS + parts * 10;
}

/** The headers that have a value. */
export function present(headers: Readonly<Record<string, string | undefined>>): Headers {
  const having: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) having[name] = value;
  }
  return having;
}

/**
 * Refuses values that would end a header early, or that no server could read.
 *
 * @throws CopyError InvalidRequest that names the header, never its value.
 */
export function checkHeaders(headers: Headers): void {
  for (const name of Object.keys(headers)) {
    if (!HEADER_NAME.test(name)) {
      const shown = JSON.stringify(name.slice(0, 80).replace(/[^ -~]/g, '?'));
      throw new CopyError('InvalidRequest', `${shown} is not a possible header name.`);
    }
    const value = headers[name] ?? '';
    if (PLAIN.test(value)) continue;
    if (CONTROL.test(value) || !value.isWellFormed()) {
      throw new CopyError('InvalidRequest', `The value of ${name} has a line break or another control character.`);
    }
  }
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Nearly every value. */
const PLAIN = /^[ -~]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters would end a header line.
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
