/** One HTTP request, exactly as it goes on the wire: nothing below this type may normalise it. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Scheme, host and port, for example `https://raw.oss-cn-hangzhou.aliyuncs.com`. */
  readonly origin: string;
  /** The raw request target: percent-encoded path and query, sent without any change. */
  readonly target: string;
  /** Header names in lower case; values are text, sent as UTF-8. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Time in which the whole answer has to be here, in milliseconds. */
  readonly timeoutMs: number;
  /** Largest answer body that is accepted, in bytes; a larger one fails as IncompleteAnswer. */
  readonly maxAnswerBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** One HTTP answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** Header names in lower case; values decoded as UTF-8; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Sends one request once and returns whatever answer came, of any status. Never retries, never follows a redirect.
 *
 * @throws CopyError Timeout, ConnectionLost (no or broken connection, `facts.cause` has the system error)
 * or IncompleteAnswer (cut body, body above `maxAnswerBytes`).
 */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;
