import { CopyRequest } from '@objectferry/shared/contract.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import type { Flags } from './options.ts';

/** Fields of a request that a flag sets, and the flag as a person wrote it. */
const FLAGS: readonly (readonly [field: string, name: keyof Flags, flag: string])[] = [
  ['options.overwrite', 'overwrite', '--overwrite'],
  ['options.ifSource.etag', 'ifSourceEtag', '--if-source-etag'],
  ['options.ifSource.noneEtag', 'ifSourceNoneEtag', '--if-source-none-etag'],
  ['options.ifSource.modifiedSince', 'ifSourceModifiedSince', '--if-source-modified-since'],
  ['options.ifSource.unmodifiedSince', 'ifSourceUnmodifiedSince', '--if-source-unmodified-since'],
  ['options.tags', 'tags', '--tags'],
  ['options.acl', 'acl', '--acl'],
  ['options.storageClass', 'storageClass', '--storage-class'],
  ['options.encryption.kind', 'encryption', '--encryption'],
  ['options.encryption.keyId', 'encryptionKeyId', '--encryption-key-id'],
  ['options.encryption.keySecret', 'encryptionKeySecret', '--encryption-key-secret'],
  ['options.sourceEncryption.keySecret', 'sourceKeySecret', '--source-key-secret'],
  ['options.partSizeMiB', 'partSizeMib', '--part-size-mib'],
  ['options.maxInFlight', 'maxInFlight', '--max-in-flight'],
  ['options.copiesAtOnce', 'copiesAtOnce', '--copies-at-once'],
  ['options.maxDollars', 'maxDollars', '--max-dollars'],
  ['options.onFailure', 'onFailure', '--on-failure'],
];
const WHAT = 'The copy request';

/** Parses the request that flags made. @throws CopyError InvalidRequest, which names a flag where one set the field. */
export function parseRequest(request: unknown, flags: Flags): CopyRequest {
  try {
    return parse(CopyRequest, request, WHAT);
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    const named = FLAGS.find(
      ([field, name]) => flags[name] !== undefined && error.summary.startsWith(`${WHAT}: ${field} `),
    );
    if (named === undefined) throw error;
    const [field, , flag] = named;
    throw new CopyError(error.name, error.summary.replace(`${WHAT}: ${field}`, flag), { cause: error });
  }
}
