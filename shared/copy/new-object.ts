import type { CopyOptions } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { TOKEN_METADATA } from '../naming.ts';
import type { ChecksumName, ContentHeaders, NewObject, ObjectFacts, ObjectVersion } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import type { OpenStore } from '../stores.ts';
import { encryptionOf } from './encryption.ts';
import { withRetry } from './retry.ts';

interface NewObjectInput {
  readonly source: { readonly store: OpenStore; readonly object: ObjectVersion; readonly facts: ObjectFacts };
  readonly destination: OpenStore;
  readonly options: CopyOptions;
  readonly token: string | undefined;
}

/**
 * What the destination has to be given at its start: a copy in parts carries no header, metadata or tag by itself.
 *
 * @throws CopyError Unsupported, or InvalidRequest when the metadata with our token is too large.
 */
export async function newObjectFor(runtime: Runtime, input: NewObjectInput): Promise<NewObject> {
  const { destination, options, token } = input;
  const { headers, metadata } = carriedMetadata(input.source.facts, options);
  const marked = token === undefined ? metadata : { ...metadata, [TOKEN_METADATA]: token };
  requireRoom(marked, destination.client.limits.maxMetadataBytes);
  return {
    headers,
    metadata: marked,
    tags: await carriedTags(runtime, input),
    acl: options.acl,
    storageClass: options.storageClass,
    encryption: await encryptionOf(runtime, options),
    checksum: commonChecksum(input.source.facts, destination),
    overwrite: options.overwrite !== 'never',
  };
}

/** A checksum that the source has and the destination can compute over the whole object. */
function commonChecksum({ checksums }: ObjectFacts, { client }: OpenStore): ChecksumName | undefined {
  return client.capabilities.checksums.find((name) => checksums[name] !== undefined);
}

function carriedMetadata(
  facts: ObjectFacts,
  { metadata: choice }: CopyOptions,
): { readonly headers: ContentHeaders; readonly metadata: Readonly<Record<string, string>> } {
  if (choice !== 'copy') {
    const { user, ...headers } = choice;
    return { headers, metadata: user };
  }
  // The token of an earlier copy says nothing about this one.
  const { [TOKEN_METADATA]: _earlier, ...metadata } = facts.metadata;
  return { headers: facts.headers, metadata };
}

async function carriedTags(
  runtime: Runtime,
  { source: { store, object, facts }, destination, options: { tags } }: NewObjectInput,
): Promise<Readonly<Record<string, string>>> {
  if (tags === 'none') return {};
  if (tags !== 'copy') return tags;
  if (facts.tagCount === 0) return {};
  if (!destination.client.capabilities.tags) {
    throw new CopyError(
      'Unsupported',
      `The source has ${facts.tagCount} tags, but ${destination.provider.name} has no tags: set options.tags to "none".`,
    );
  }
  return withRetry(runtime, () => store.client.getTagging(object));
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
