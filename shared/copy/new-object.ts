import type { CopyOptions, GivenAspect } from '../contract.ts';
import { CopyError, isRetryable } from '../errors.ts';
import { TOKEN_METADATA } from '../naming.ts';
import type { Checksums, ContentHeaders, NewObject, ObjectFacts, ObjectVersion } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import type { OpenStore } from '../stores.ts';
import { givenAspects } from './carried-given.ts';
import { encryptionOf } from './encryption.ts';
import { withRetry } from './retry.ts';
import { commonChecksum } from './verify.ts';

interface NewObjectInput {
  readonly source: { readonly store: OpenStore; readonly object: ObjectVersion; readonly facts: ObjectFacts };
  readonly destination: OpenStore;
  readonly options: CopyOptions;
  readonly token: string | undefined;
}

/** What the destination is to be, and how much of the source that is. */
export interface MadeObject {
  readonly object: NewObject;
  /** Tags that it is given; null where nobody could read those of the source. */
  readonly tagCount: number | null;
  /** The same in words, beside what the source has: what is written is compared with it. */
  readonly given: GivenAspect[];
}

/**
 * What the destination has to be given at its start: a copy in parts carries no header, metadata or tag by itself.
 *
 * @throws CopyError Unsupported, or InvalidRequest when the metadata with our token is too large.
 */
export async function newObjectFor(runtime: Runtime, input: NewObjectInput): Promise<MadeObject> {
  const { destination, options, token } = input;
  const { headers, metadata } = carriedMetadata(input.source.facts, options);
  const marked = token === undefined ? metadata : { ...metadata, [TOKEN_METADATA]: token };
  requireRoom(marked, destination.client.limits.maxMetadataBytes);
  const tags = await carriedTags(runtime, input);
  const { checksums } = input.source.facts;
  const object = await newObject(runtime, {
    headers,
    metadata: marked,
    tags: tags ?? {},
    checksums,
    destination,
    options,
  });
  const { capabilities } = destination.client;
  const given = givenAspects({ source: input.source.facts, object, tags, options, capabilities });
  return { object, tagCount: tags === undefined ? null : Object.keys(tags).length, given };
}

interface NewObjectParts extends Pick<NewObject, 'headers' | 'metadata' | 'tags'> {
  /** Of the source. */
  readonly checksums: Checksums;
  readonly destination: OpenStore;
  readonly options: CopyOptions;
}

/** What is carried, and what options and the source's checksums say besides. */
export async function newObject(
  runtime: Runtime,
  { headers, metadata, tags, checksums, destination, options }: NewObjectParts,
): Promise<NewObject> {
  return {
    headers,
    metadata,
    tags,
    acl: options.acl,
    storageClass: options.storageClass,
    encryption: await encryptionOf(runtime, options),
    checksum: commonChecksum(checksums, destination.client),
    overwrite: options.overwrite !== 'never',
  };
}

/**
 * Metadata that nobody can read must not get lost without a word.
 *
 * @throws CopyError Unsupported
 */
export function refuseHiddenMetadata({ hiddenMetadataCount }: ObjectFacts, { metadata }: CopyOptions): void {
  if (hiddenMetadataCount === undefined || metadata !== 'copy') return;
  const what = hiddenMetadataCount === 1 ? '1 entry' : `${hiddenMetadataCount} entries`;
  throw new CopyError(
    'Unsupported',
    `The source has ${what} of user metadata that no header can hold, so the provider does not show them and a copy would lose them: say in options.metadata what the destination is to have.`,
  );
}

function carriedMetadata(
  facts: ObjectFacts,
  options: CopyOptions,
): { readonly headers: ContentHeaders; readonly metadata: Readonly<Record<string, string>> } {
  const { metadata: choice } = options;
  if (choice !== 'copy') {
    const { user, ...headers } = choice;
    return { headers, metadata: user };
  }
  refuseHiddenMetadata(facts, options);
  // The token of an earlier copy says nothing about this one.
  const { [TOKEN_METADATA]: _earlier, ...metadata } = facts.metadata;
  return { headers: facts.headers, metadata };
}

/** @returns undefined where the source may have tags that these credentials may not read. */
async function carriedTags(
  runtime: Runtime,
  { source: { store, object, facts }, destination, options: { tags } }: NewObjectInput,
): Promise<Tags | undefined> {
  if (tags === 'none') return {};
  if (tags !== 'copy') return tags;
  const { tagCount } = facts;
  if (tagCount === 0 || (tagCount === undefined && !store.client.capabilities.tags)) return {};
  if (tagCount !== undefined) requireTags(tagCount, destination);
  const read = await withRetry(runtime, () => readTags(store, object, tagCount ?? 0)).catch((error: unknown) => {
    // HEAD tells of tags to those only who may read them, so a refusal says nothing about whether there are any.
    if (tagCount === undefined && error instanceof CopyError && !isRetryable(error)) return undefined;
    throw error;
  });
  if (read !== undefined) requireTags(Object.keys(read).length, destination);
  return read;
}

type Tags = NewObject['tags'];

async function readTags({ client }: OpenStore, object: ObjectVersion, expected: number): Promise<Tags> {
  const read = await client.getTagging(object);
  const count = Object.keys(read).length;
  if (count >= expected) return read;
  throw new CopyError('IncompleteAnswer', `The source has ${expected} tags, but only ${count} were listed.`);
}

function requireTags(count: number, { client, provider }: OpenStore): void {
  if (count === 0 || client.capabilities.tags) return;
  throw new CopyError(
    'Unsupported',
    `The source has ${count} tags, but ${provider.name} has no tags: set options.tags to "none".`,
  );
}

function requireRoom(metadata: Readonly<Record<string, string>>, maxBytes: number): void {
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes <= maxBytes) return;
  throw new CopyError(
    'InvalidRequest',
    `The user metadata has ${bytes} bytes, the provider allows ${maxBytes}: set options.token to false, or give less in options.metadata.`,
  );
}
