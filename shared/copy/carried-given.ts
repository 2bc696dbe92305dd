import type { Aspect, CopyOptions, GivenAspect } from '../contract.ts';
import { TOKEN_METADATA } from '../naming.ts';
import type { Capabilities, ContentHeaders, NewObject, ObjectFacts, ReportedEncryption } from '../provider/provider.ts';
import { fingerprints, shown, shownRecord } from './carried-text.ts';

/** Longer lists of names would bloat the state; their number and digest still tell whether all were kept. */
const LONGEST_NAMES = 1_000;

const HEADERS: readonly (keyof ContentHeaders & Aspect)[] = [
  'contentType',
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'expires',
];

/** What a provider keeps beside an object's content, and what no copy takes along. */
const LEFT_BEHIND = ['expiry', 'retention', 'legalHold', 'websiteRedirect'] as const;

interface GivenInput {
  readonly source: ObjectFacts;
  /** As the destination was given it. */
  readonly object: Pick<NewObject, 'headers' | 'metadata'>;
  /** Undefined where the source may have tags that nobody could read. */
  readonly tags: NewObject['tags'] | undefined;
  readonly options: Pick<CopyOptions, 'metadata' | 'tags' | 'acl' | 'storageClass' | 'encryption' | 'sourceEncryption'>;
  /** Of the destination. */
  readonly capabilities: Pick<Capabilities, 'acl' | 'storageClasses'>;
}

/**
 * What the source has besides its bytes and what the destination was given of it, to be compared with what the provider
 * kept. Aspects that neither has are left out.
 */
export function givenAspects({ source, object, tags, options, capabilities }: GivenInput): GivenAspect[] {
  const described = options.metadata !== 'copy';
  return [
    ...HEADERS.flatMap((name) => aspect(name, text(source.headers[name]), text(object.headers[name]), described)),
    ...metadataAspect(withoutToken(source.metadata), withoutToken(object.metadata), described),
    ...tagsAspect(source, tags, options.tags),
    ...(capabilities.acl ? [{ name: 'acl', given: options.acl, asked: options.acl !== undefined } as const] : []),
    ...(capabilities.storageClasses
      ? aspect('storageClass', storageClassOf(source), options.storageClass, options.storageClass !== undefined)
      : []),
    ...aspect(
      'encryption',
      encryptionText(source.encryption, options.sourceEncryption !== undefined),
      options.encryption?.kind,
      options.encryption !== undefined,
    ),
    ...LEFT_BEHIND.flatMap((name) => aspect(name, text(source[name]), undefined, false)),
  ];
}

/** Aspects of an object that was left as it is, as if a copy of the source had been asked for. */
export function plainAspects(
  source: ObjectFacts,
  capabilities: GivenInput['capabilities'],
  options: Pick<CopyOptions, 'sourceEncryption'>,
): GivenAspect[] {
  const plain = { metadata: 'copy', tags: 'none', sourceEncryption: options.sourceEncryption } as const;
  return givenAspects({ source, object: source, tags: {}, options: plain, capabilities }).filter(
    ({ name }) => name !== 'tags' && name !== 'acl',
  );
}

/** The metadata that is the object's own. */
export function withoutToken(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { [TOKEN_METADATA]: _token, ...own } = metadata;
  return own;
}

export const METADATA_WORDS = ['name', 'names'] as const;
export const TAG_WORDS = ['tag', 'tags'] as const;

/** S3 says nothing of the class that most objects have. */
export function storageClassOf({ storageClass = 'STANDARD' }: ObjectFacts): string {
  return shown(storageClass);
}

/** Whose key encrypts an object, undefined for nobody's; a customer's key has no name that could be told. */
export function encryptionText(reported: ReportedEncryption | undefined, byCustomer: boolean): string | undefined {
  if (byCustomer) return 'customer key';
  return reported === undefined ? undefined : shown([reported.algorithm, reported.keyId].join(' '));
}

function metadataAspect(
  source: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
  asked: boolean,
): GivenAspect[] {
  const lowered = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  const each = fingerprints(lowered);
  const short = each.join().length <= LONGEST_NAMES;
  return aspect('metadata', shownRecord(source, METADATA_WORDS), shownRecord(lowered, METADATA_WORDS), asked).map(
    (found) => (short && each.length > 0 ? { ...found, each } : found),
  );
}

function tagsAspect(
  { tagCount = 0 }: ObjectFacts,
  tags: NewObject['tags'] | undefined,
  choice: CopyOptions['tags'],
): GivenAspect[] {
  if (tags === undefined) return [{ name: 'tags' }];
  const given = shownRecord(tags, TAG_WORDS);
  if (choice === 'copy') return aspect('tags', given, given, false);
  return aspect('tags', tagCount === 0 ? undefined : `${tagCount} ${TAG_WORDS[tagCount === 1 ? 0 : 1]}`, given, true);
}

function aspect(name: Aspect, source: string | undefined, given: string | undefined, asked: boolean): GivenAspect[] {
  if (source === undefined && given === undefined) return [];
  return [{ name, source, given, ...(asked ? { asked } : {}) }];
}

/** An empty header is none: providers drop it. */
function text(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : shown(value);
}
