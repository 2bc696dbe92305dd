/** What goes wrong when a rule matches. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The work is done, but the answer names no ETag, neither in its headers nor in its body. */
  | { readonly kind: 'missing-etag' }
  /** The work is done, but the ETag is an empty text. */
  | { readonly kind: 'empty-etag' }
  /** Status 200 with an error document; the work is not done unless `done` says so. */
  | { readonly kind: 'error-in-200'; readonly code: string; readonly message?: string; readonly done?: boolean }
  /** The work is done, the body of the answer is empty. */
  | { readonly kind: 'empty-body' }
  /** The work is done, the answer breaks off in the middle of its body. */
  | { readonly kind: 'cut-body' }
  /** `body`: the work is done, headers come at once, the body after `ms`. `before`: no work and no answer, reset after `ms`. */
  | { readonly kind: 'stall'; readonly ms: number; readonly where?: 'body' | 'before' }
  /** The connection is reset before any work. */
  | { readonly kind: 'reset' }
  /** The work is done, then the connection is reset without an answer. */
  | { readonly kind: 'lost-answer' }
  /** The answer comes `ms` later; other rules still apply. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** The range of a copied part is ignored: the whole object is copied and no `Content-Range` is answered. */
  | { readonly kind: 'whole-object' }
  /** The copied part lacks its last `bytes` bytes although the answer claims the whole range. */
  | { readonly kind: 'wrong-size'; readonly bytes: number }
  /** The work is done, the document of the answer is not well-formed. */
  | { readonly kind: 'malformed-xml' }
  /** The work is done, and the whole answer arrives; then the connection is reset under whoever keeps it. */
  | { readonly kind: 'reset-after' }
  /** A proxy that repeats requests: the work is done twice, and the second answer is given. */
  | { readonly kind: 'repeated' }
  /** No work: the client is sent elsewhere. */
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  /** No work: a web page with status 200 in place of the answer, as from a captive proxy. */
  | { readonly kind: 'web-page' }
  /** The work is done; `content-length` promises so many bytes more than the body has, or fewer where negative. */
  | { readonly kind: 'wrong-length'; readonly bytes: number }
  /** The work is done; the bytes that the answer names as copied are the ones behind those that were copied. */
  | { readonly kind: 'wrong-range' }
  /** The work is done; the document is drawn out with so many bytes of blanks, well-formed to its end. */
  | { readonly kind: 'gigantic-body'; readonly bytes: number }
  /** The work is done; the answer has a header of so many bytes. */
  | { readonly kind: 'gigantic-header'; readonly bytes: number }
  /** The work is done; the document has something nested so deep. */
  | { readonly kind: 'nested-body'; readonly depth: number }
  /** The work is done; the document declares entities that grow without bound. A JSON document stays as it is. */
  | { readonly kind: 'entities' };

/** When a fault happens. All that is named has to match. */
export interface FaultRule {
  /** An operation's name, such as `UploadPartCopy`, or `*`. */
  readonly operation: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly partNumbers?: readonly number[] | { readonly every: number };
  /** Between 0 and 1, decided by the plan's seed. */
  readonly probability?: number;
  /** The most hits overall. */
  readonly times?: number;
  /** The most hits on one part number of one key. */
  readonly timesPerPart?: number;
  /** Matches to let pass first. */
  readonly after?: number;
  readonly fault: Fault;
}

/** Refuses requests above a rate, as a service that throttles. */
export interface RateLimit {
  readonly perSecond: number;
  readonly operations?: readonly string[];
  readonly status: number;
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How an emulator misbehaves: plain data, the same every time for the same seed and the same requests. */
export interface FaultPlan {
  readonly seed: number;
  readonly rules: readonly FaultRule[];
  readonly rate?: RateLimit;
}

/** The plan of an emulator that behaves. */
export const noFaults: FaultPlan = { seed: 0, rules: [] };
