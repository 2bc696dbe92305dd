/** One request of a sender, exactly as it came: nothing between the wire and this type may normalise it. */
export interface PushRequest {
  /** Last piece of the path; anything, because anybody can write anything there. */
  readonly provider: string;
  /** Scheme and host that the sender called, for example `https://abc.execute-api.eu-west-1.amazonaws.com`. */
  readonly origin: string;
  /** Path and query that the sender called, raw, with the stage in front where there is one. */
  readonly target: string;
  /** Header names in lower case; repeated headers joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** The most that is read of a push, in bytes: what a message of any of the services may have. */
export const MAX_PUSH_BYTES = 256 * 1024;
