/**
 * The news that an object was created, in the one shape that all providers' notifications are brought into. It only
 * points: whether the object is there, how large it is and whose it is, is asked of the store.
 */
export interface ObjectCreated {
  /** Provider name, as in the stores file. */
  readonly provider: string;
  /** As the notification spells it; information only, because clones write what they like. */
  readonly region?: string | undefined;
  readonly bucket: string;
  /** The most likely raw key. */
  readonly key: string;
  /** Every raw key that the notification may mean, the most likely first; one where its encoding is certain. */
  readonly keyForms: readonly string[];
  /** Absent where the notification names no version; the text `null` for the null version. */
  readonly versionId?: string | undefined;
  /** Without quotes. */
  readonly etag?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  /** When the provider says that it happened. */
  readonly time?: Date | undefined;
  /** The provider's own name of what happened, for example `ObjectCreated:Put`. */
  readonly name: string;
  /** Hex text that orders the events of one key. */
  readonly sequencer?: string | undefined;
  /** The provider's id of the notification or of the request that caused it. */
  readonly id?: string | undefined;
}

/** A notification that is no reason for a copy. */
export interface IgnoredEvent {
  /** The provider's own name of what happened. */
  readonly name: string;
  /** One sentence. */
  readonly reason: string;
}

/** What one record of a message turned out to be. */
export type Read = { readonly created: ObjectCreated } | { readonly ignored: IgnoredEvent };
