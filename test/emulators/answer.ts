import type { Content } from './content.ts';

/** A body that is a range of a content, sent without being made in memory at once. */
export interface ContentBody {
  readonly content: Content;
  readonly offset: number;
  readonly length: number;
}

/** How an answer travels, where not simply and whole. */
type Delivery =
  /** The connection is reset and nothing is sent. */
  | { readonly kind: 'reset' }
  /** The headers promise more than is sent, then the connection closes. */
  | { readonly kind: 'cut' }
  /** The headers promise so many bytes more than the body has, or fewer; after more the connection closes. */
  | { readonly kind: 'length'; readonly bytes: number }
  /** Everything is sent, then the connection is reset. */
  | { readonly kind: 'reset-after' }
  /** The headers go out, the body only after a while. */
  | { readonly kind: 'stall'; readonly ms: number }
  /** Nothing goes out at all, and after a while the connection is reset. */
  | { readonly kind: 'silence'; readonly ms: number };

/** What an emulator answers, before it is put on the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | ContentBody | undefined;
  readonly delivery?: Delivery | undefined;
  /** The status goes out before the length of the body is known. */
  readonly chunked?: boolean | undefined;
  /** Milliseconds to wait before anything happens on the wire. */
  readonly latencyMs?: number | undefined;
}

/** A request as it came over the wire: nothing in it has been parsed, decoded or tidied up. */
export interface WireRequest {
  readonly id: number;
  readonly method: string;
  /** The request target exactly as sent, never through a URL parser, which would fold `..` segments away. */
  readonly target: string;
  /** By lower-case name; values decoded as UTF-8, repeated ones joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}
