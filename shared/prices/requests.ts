/** Requests of one kind that a copy sends, when nothing has to be repeated. */
export interface RequestCount {
  /** In the words of S3. */
  readonly operation: string;
  /** Which of the provider's two prices it has. */
  readonly kind: 'write' | 'read';
  readonly count: number;
}

/** What decides which requests a copy sends. */
export interface RequestFacts {
  readonly strategy: 'whole' | 'parts';
  readonly partCount: number;
  readonly spanCount: number;
  readonly rounds: number;
  /** Items of one page of List Parts. */
  readonly pageItems: number;
  readonly overwrite: 'always' | 'never' | 'ifDifferent';
  /** The provider is asked for the part boundaries of the source. */
  readonly looksAtBoundaries: boolean;
  /**
   * The source is looked at again, because nothing proves that conditions are honoured: before Complete, or before and
   * behind the one request; behind it only where the copy cannot have the source's ETag.
   */
  readonly looksAgain: boolean;
  readonly etagChanges?: boolean;
  /** The source's tags are read; of those of the destination, only when it was given some. */
  readonly readsTags: boolean;
  readonly givesTags: boolean;
  readonly readsAcl: boolean;
  /** Ranges that are read back on each side. */
  readonly readRanges: number;
}

/** Every request of a copy, in the order in which it is first sent; what is not sent is left out. */
export function countRequests(facts: RequestFacts): RequestCount[] {
  const parts = facts.strategy === 'parts';
  const pages = Math.ceil(facts.partCount / facts.pageItems);
  const counts: RequestCount[] = [
    { operation: 'HeadObject', kind: 'read', count: heads(facts) },
    { operation: 'GetObjectTagging', kind: 'read', count: Number(facts.readsTags) + Number(facts.givesTags) },
    { operation: 'CopyObject', kind: 'write', count: parts ? 0 : 1 },
    { operation: 'CreateMultipartUpload', kind: 'write', count: parts ? 1 : 0 },
    // A span looks first for parts that are there, Complete lists them all.
    { operation: 'ListParts', kind: 'write', count: parts ? facts.spanCount * facts.rounds + pages : 0 },
    { operation: 'UploadPartCopy', kind: 'write', count: parts ? facts.partCount : 0 },
    { operation: 'CompleteMultipartUpload', kind: 'write', count: parts ? 1 : 0 },
    { operation: 'GetObjectAcl', kind: 'read', count: Number(facts.readsAcl) },
    { operation: 'GetObject', kind: 'read', count: 2 * facts.readRanges },
  ];
  return counts.filter(({ count }) => count > 0);
}

/**
 * The source, and the destination after it was written; the destination before, where something may be kept, and just
 * before one request, because Lambda may run it twice. On this machine nothing runs twice unseen, and both looks just
 * before that request are saved where nothing has to be kept.
 */
function heads({ strategy, overwrite, looksAtBoundaries, looksAgain, etagChanges = false }: RequestFacts): number {
  const whole = strategy === 'whole';
  const before = overwrite === 'always' ? 0 : 1;
  const justBefore = Number(whole || overwrite === 'never');
  const again = looksAgain ? 1 + Number(whole && etagChanges) : 0;
  return 2 + before + justBefore + Number(looksAtBoundaries) + again;
}
