import * as v from 'valibot';
import { LocationText } from './location.ts';

/**
 * Every payload that crosses a border: the input of an execution, of the API and of the command line, and what
 * travels between the states. One definition gives the type and the check; unknown fields are errors.
 */

const MAX_PART_SIZE_MIB = 5 * 1024;
// A Map runs 40 handlers, and a handler holds at most 128 sockets (Lambda allows about 1,000 descriptors).
const MAX_IN_FLIGHT = 40 * 128;
// Where a second of one copy is worth nothing any more.
const MAX_COPIES_AT_ONCE = 1_000_000;
// No copy costs less.
const LEAST_DOLLARS = 0.000001;
// No provider accepts a longer name or id; what is longer is a mistake, and would only bloat the state.
const Name = v.pipe(
  v.string(),
  v.nonEmpty('is empty, give a name.'),
  v.maxLength(255, 'is longer than 255 characters.'),
);
const HeaderText = v.pipe(
  v.string(),
  v.maxLength(8192, 'is longer than 8,192 characters.'),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters would end a header line.
  v.regex(/^[^\u0000-\u001f\u007f]*$/, 'contains a control character, which a header cannot hold.'),
);
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Positive = v.pipe(v.number(), v.integer('must be a whole number.'), v.minValue(1, 'must be 1 or more.'));
const Instant = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'is not a date, write for example 2026-11-21T00:00:00Z.'),
);

const LocationFields = {
  store: Name,
  bucket: Name,
  key: v.pipe(
    v.string(),
    v.nonEmpty('is empty, name the object.'),
    v.check((key) => key.isWellFormed(), 'is not well-formed Unicode.'),
    v.check((key) => Buffer.byteLength(key) <= 1024, 'is longer than 1,024 bytes, no provider has such keys.'),
  ),
};

/** Decides by the shape of the input, so that a mistake inside an object is reported as that mistake. */
function textOr<Text extends v.GenericSchema, Fields extends v.GenericSchema>(text: Text, fields: Fields) {
  return v.lazy((input: unknown): Text | Fields => (typeof input === 'string' ? text : fields));
}

const Source = textOr(LocationText, v.strictObject({ ...LocationFields, versionId: v.optional(HeaderText) }));
const Destination = textOr(
  v.pipe(
    LocationText,
    v.check((location) => location.versionId === undefined, 'names a version, which only a source can have.'),
  ),
  v.strictObject(LocationFields),
);

// The library leaves these names out of a record without a word; metadata and tags must not get lost that way.
const UNHEARD = ['__proto__', 'constructor', 'prototype'];

/** Texts by name, in which every name is heard or refused. */
function texts<Key extends v.GenericSchema<string, string>>(key: Key) {
  const record = v.record(key, HeaderText);
  const refused = (sentence: string) =>
    v.pipe(
      record,
      v.check(() => false, sentence),
    );
  const list = refused('must be an object, but is a list.');
  const unheard = refused(`has a name that nothing here can hold: ${UNHEARD.join(', ')}.`);
  return v.lazy((input: unknown): typeof record | typeof list => {
    if (Array.isArray(input)) return list;
    const names = typeof input === 'object' && input !== null ? Object.keys(input) : [];
    return names.some((name) => UNHEARD.includes(name)) ? unheard : record;
  });
}

const Metadata = v.strictObject({
  contentType: v.optional(HeaderText),
  cacheControl: v.optional(HeaderText),
  contentDisposition: v.optional(HeaderText),
  contentEncoding: v.optional(HeaderText),
  contentLanguage: v.optional(HeaderText),
  expires: v.optional(HeaderText),
  /** User metadata: names without the provider's prefix. */
  user: v.optional(
    texts(
      v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9_-]*$/i, 'is not a metadata name, use letters, digits, - and _.')),
    ),
    {},
  ),
});

const EncryptionChoice = v.variant('kind', [
  v.strictObject({ kind: v.literal('provider') }),
  v.strictObject({ kind: v.literal('kms'), keyId: v.optional(HeaderText) }),
  v.strictObject({ kind: v.literal('customer'), keySecret: Name }),
]);

const Options = v.strictObject({
  overwrite: v.optional(v.picklist(['always', 'never', 'ifDifferent']), 'always'),
  ifSource: v.optional(
    v.strictObject({
      etag: v.optional(HeaderText),
      noneEtag: v.optional(HeaderText),
      modifiedSince: v.optional(Instant),
      unmodifiedSince: v.optional(Instant),
    }),
  ),
  metadata: v.optional(textOr(v.literal('copy'), Metadata), 'copy'),
  tags: v.optional(textOr(v.picklist(['copy', 'none']), texts(HeaderText)), 'copy'),
  acl: v.optional(HeaderText),
  storageClass: v.optional(HeaderText),
  encryption: v.optional(EncryptionChoice),
  sourceEncryption: v.optional(v.strictObject({ kind: v.literal('customer'), keySecret: Name })),
  partSizeMiB: v.optional(v.pipe(Positive, v.maxValue(MAX_PART_SIZE_MIB, `must be ${MAX_PART_SIZE_MIB} or less.`))),
  maxInFlight: v.optional(v.pipe(Positive, v.maxValue(MAX_IN_FLIGHT, `must be ${MAX_IN_FLIGHT} or less.`))),
  /** Copies like this one that run at the same time: larger parts then, which cost less and lose no time. */
  copiesAtOnce: v.optional(v.pipe(Positive, v.maxValue(MAX_COPIES_AT_ONCE, `must be ${MAX_COPIES_AT_ONCE} or less.`))),
  /** The copy is refused before it begins when its estimate is above. */
  maxDollars: v.optional(v.pipe(v.number(), v.minValue(LEAST_DOLLARS, `must be ${LEAST_DOLLARS} or more.`))),
  onFailure: v.optional(v.picklist(['abort', 'keep']), 'abort'),
  requireChecksum: v.optional(v.boolean(), false),
  token: v.optional(v.boolean(), true),
  /** `read`: where no checksum proves the copy, source and destination are read back and compared. */
  verify: v.optional(v.picklist(['checksum', 'read']), 'checksum'),
});

/** Input of an execution, of `POST /copies` and of the command line. */
export const CopyRequest = v.strictObject({
  source: Source,
  destination: Destination,
  options: v.optional(Options, {}),
});
/** A parsed request: locations taken apart, defaults filled in. */
export type CopyRequest = v.InferOutput<typeof CopyRequest>;
export type CopyOptions = CopyRequest['options'];

/** A run of consecutive part numbers that one handler invocation copies. */
export const Span = v.strictObject({ first: Positive, count: Positive });
export type Span = v.InferOutput<typeof Span>;

/** A run of bytes that one handler invocation reads back and compares. */
export const ByteSpan = v.strictObject({ offset: Count, length: Positive });
export type ByteSpan = v.InferOutput<typeof ByteSpan>;

const Checksums = v.strictObject({
  crc64ecma: v.optional(v.string()),
  crc64nvme: v.optional(v.string()),
  crc32: v.optional(v.string()),
  crc32c: v.optional(v.string()),
});

/** What an object has besides its bytes. */
const Aspect = v.picklist([
  'contentType',
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'expires',
  'metadata',
  'tags',
  'acl',
  'storageClass',
  'encryption',
  'expiry',
  'retention',
  'legalHold',
  'websiteRedirect',
]);
export type Aspect = v.InferOutput<typeof Aspect>;

/** One aspect as the source has it and as the destination was given it; long values are cut and carry a digest. */
const GivenAspect = v.strictObject({
  name: Aspect,
  source: v.optional(v.string()),
  given: v.optional(v.string()),
  /** True when an option speaks about it, so that nothing given is what was asked for. */
  asked: v.optional(v.boolean()),
  /** Of user metadata, as long as it is short: each name with a digest of its value. */
  each: v.optional(v.array(v.string())),
});
export type GivenAspect = v.InferOutput<typeof GivenAspect>;

// Pairs, because the library leaves some names out of a record without a word.
const Pairs = v.array(v.tuple([v.string(), v.string()]));
/** What the destination is given of the source and by `options.metadata` and `options.tags`; nothing that is secret. */
const CarriedObject = v.strictObject({ headers: Pairs, metadata: Pairs, tags: Pairs });

/** What Initiate pinned; every later state works from these facts and no others. */
export const PinnedCopy = v.strictObject({
  source: v.strictObject({ ...LocationFields, versionId: v.optional(v.string()) }),
  destination: v.strictObject(LocationFields),
  /** Bytes. */
  size: Count,
  etag: v.string(),
  lastModified: Instant,
  checksums: Checksums,
  /** Present once an upload is open. */
  uploadId: v.optional(v.string()),
  /** Bytes; the last part may be shorter. */
  partSize: Count,
  partCount: Count,
  spanCount: Count,
  /** Numbers on the wire for each part, so that one that times out can be split; absent: its own number alone. */
  numbersPerPart: v.optional(v.literal(3)),
  /** Stands in the destination's user metadata, so that a lost answer can be settled. */
  token: v.optional(v.string()),
  /** Requests that one span keeps in flight. */
  inFlight: Positive,
  startedAt: Instant,
  /** Tags that the destination is given; null where nobody could read those of the source. */
  tagCount: v.optional(v.nullable(Count)),
  /** Absent where an older deployment began the copy. */
  given: v.optional(v.array(GivenAspect)),
  /** For CopyWhole, as long as it is short; absent, also from an older deployment: it looks at the source again. */
  object: v.optional(CarriedObject),
  /** When the source was pinned, by the provider's clock: what it writes for us is younger. */
  pinnedAt: Instant,
  options: v.pick(Options, [
    'overwrite',
    'acl',
    'encryption',
    'sourceEncryption',
    'onFailure',
    'requireChecksum',
    'verify',
  ]),
});
export type PinnedCopy = v.InferOutput<typeof PinnedCopy>;

/** What copying added up to: of one span, or of all spans so far. */
const ProgressFields = {
  /** Parts copied by this run, and parts found there already. */
  copied: Count,
  adopted: Count,
  bytes: Count,
  retries: Count,
  throttles: Count,
  /** Order-free digest over (part number, ETag, size) of every part counted. */
  digest: v.string(),
};
export const Progress = v.strictObject({
  ...ProgressFields,
  /** Rounds in which Complete sent parts back that the provider holds with other sizes than were asked for. */
  repairs: v.optional(Count),
});
export type Progress = v.InferOutput<typeof Progress>;

export const SpanReport = v.strictObject({ ...ProgressFields, rest: v.nullable(Span) });
export type SpanReport = v.InferOutput<typeof SpanReport>;

const Comparison = v.picklist(['equal', 'different', 'unavailable']);
export const Check = v.strictObject({
  name: v.picklist([
    'size',
    'parts',
    'crc64ecma',
    'crc64nvme',
    'crc32',
    'crc32c',
    'etag',
    'bytes',
    'sourceUnchanged',
    'tags',
  ]),
  result: Comparison,
  source: v.optional(v.string()),
  destination: v.optional(v.string()),
});
export type Check = v.InferOutput<typeof Check>;

/**
 * How an aspect of the source fared: `equal` at both sides, `asAsked` by an option, `different` from what the store was
 * given, `unavailable` to a look, `notCarried` because copies do not take it along, `added` by the destination's own
 * defaults.
 */
export const Carried = v.strictObject({
  name: Aspect,
  result: v.picklist(['equal', 'asAsked', 'different', 'unavailable', 'notCarried', 'added']),
  source: v.optional(v.string()),
  destination: v.optional(v.string()),
  note: v.optional(v.string()),
});
export type Carried = v.InferOutput<typeof Carried>;

/** What a finished copy proves about itself. */
export const Receipt = v.strictObject({
  source: v.strictObject({ ...LocationFields, versionId: v.optional(v.string()), etag: v.string() }),
  destination: v.strictObject({
    ...LocationFields,
    versionId: v.optional(v.string()),
    etag: v.optional(v.string()),
    encryption: v.optional(v.strictObject({ algorithm: v.string(), keyId: v.optional(v.string()) })),
  }),
  size: Count,
  strategy: v.picklist(['whole', 'parts', 'skip']),
  partSize: v.optional(Count),
  partCount: v.optional(Count),
  /** Parts that were copied in two halves, because they timed out; absent for none. */
  splitParts: v.optional(Count),
  spans: v.optional(Count),
  adopted: Count,
  retries: Count,
  throttles: Count,
  seconds: v.number(),
  checks: v.array(Check),
  /** Absent where nobody knows any more what the destination was given. */
  carried: v.optional(v.array(Carried)),
});
export type Receipt = v.InferOutput<typeof Receipt>;

/** What reading back added up to. */
export const ReadProgress = v.strictObject({
  /** Bytes that were read on both sides and are equal. */
  bytes: Count,
  retries: Count,
  throttles: Count,
});
export type ReadProgress = v.InferOutput<typeof ReadProgress>;

export const VerifySpanReport = v.strictObject({ ...ReadProgress.entries, rest: v.nullable(ByteSpan) });
export type VerifySpanReport = v.InferOutput<typeof VerifySpanReport>;

/** What Initiate, CopyWhole, Complete and Prove answer: the machine goes where `strategy` points. */
export const Step = v.variant('strategy', [
  v.strictObject({ strategy: v.literal('whole'), copy: PinnedCopy }),
  v.strictObject({ strategy: v.literal('parts'), copy: PinnedCopy, spans: v.array(Span), done: Progress }),
  /** Written, and to be read back before it counts as copied. */
  v.strictObject({
    strategy: v.literal('verify'),
    copy: PinnedCopy,
    receipt: Receipt,
    byteSpans: v.array(ByteSpan),
    read: ReadProgress,
  }),
  v.strictObject({ strategy: v.literal('finished'), receipt: Receipt }),
]);
export type Step = v.InferOutput<typeof Step>;

export const InitiateInput = v.strictObject({ request: v.unknown(), startedAt: Instant });
export const CopyWholeInput = v.strictObject({ copy: PinnedCopy, request: v.unknown() });
export const CopySpanInput = v.strictObject({ copy: PinnedCopy, span: Span });
export type CopySpanInput = v.InferOutput<typeof CopySpanInput>;
export const CompleteInput = v.strictObject({ copy: PinnedCopy, reports: v.array(SpanReport), done: Progress });
export type CompleteInput = v.InferOutput<typeof CompleteInput>;

export const VerifySpanInput = v.strictObject({
  copy: PinnedCopy,
  destination: Receipt.entries.destination,
  byteSpan: ByteSpan,
});
export type VerifySpanInput = v.InferOutput<typeof VerifySpanInput>;
export const ProveInput = v.strictObject({
  copy: PinnedCopy,
  receipt: Receipt,
  reports: v.array(VerifySpanReport),
  read: ReadProgress,
});
export type ProveInput = v.InferOutput<typeof ProveInput>;

/** The state in which something failed, as Catch left it: `error` is always there, `copy` once Initiate was through. */
export const AbortInput = v.strictObject({
  state: v.object({
    copy: v.optional(PinnedCopy),
    /** As it was given; there until Initiate was through. */
    request: v.optional(v.unknown()),
    error: v.object({ Error: v.string(), Cause: v.optional(v.string()) }),
  }),
  startedAt: Instant,
});
export type AbortInput = v.InferOutput<typeof AbortInput>;
export const AbortResult = v.strictObject({ upload: v.picklist(['none', 'gone', 'kept']) });
export type AbortResult = v.InferOutput<typeof AbortResult>;
