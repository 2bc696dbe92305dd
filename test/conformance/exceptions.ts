/**
 * Where a target behaves otherwise than its dialect declares, each with the reason. Nothing is skipped for it, the other
 * behaviour is required; but for sources that may end the target itself.
 */
export interface Exceptions {
  /** Error of a bucket that does not exist, where the target cannot tell it from a missing object. */
  readonly missingBucket?: 'BucketNotFound' | 'SourceNotFound';
  /** Why tags are lost, whatever the dialect says. */
  readonly withoutTags?: string;
  /** Complete answers without an ETag, whatever the dialect says: the portable layer settles that by HEAD. */
  readonly etagAtComplete?: string;
  /** Why a part may have a number beyond the last. */
  readonly anyPartNumber?: string;
  /** Why the answer to a completion cannot be read where the key has the greatest length. */
  readonly longestKeyUnreadable?: string;
  /** Why nothing gets encrypted: by one request without a word, in parts with a refusal. */
  readonly withoutEncryption?: string;
  /** Why part copies do not find a source by its exact key, whatever the dialect says. */
  readonly inexactPartSource?: string;
}
