import { CopyError } from '../../errors.ts';
import type { Encryption, NewObject } from '../provider.ts';
import { customerKeyHeaders, describingHeaders } from '../xml/headers.ts';
import { type Headers, present } from '../xml/request.ts';
import type { ObsDialect } from './dialect.ts';

/**
 * Everything about a new object. `overwrite: false` has no header: OBS has none that refuses (see
 * `Capabilities.forbidOverwrite`).
 *
 * @throws CopyError Unsupported for an encryption that the dialect has no header for, InvalidRequest for metadata names
 * that cannot be sent.
 */
export function newObjectHeaders(object: NewObject, dialect: ObsDialect): Headers {
  return {
    ...describingHeaders(dialect.prefix, object),
    ...encryptionHeaders(object.encryption, dialect),
    ...present({ [`${dialect.prefix}acl`]: object.acl }),
  };
}

/**
 * The customer key again, for requests on parts: the same on all of them (OBS-6). Any other encryption was decided with
 * the upload and must not be sent again.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0107.html
 */
export function partEncryptionHeaders(encryption: Encryption | undefined, { prefix }: ObsDialect): Headers {
  return encryption?.kind === 'customer' ? customerKeyHeaders(prefix, encryption.key) : {};
}

function encryptionHeaders(encryption: Encryption | undefined, dialect: ObsDialect): Headers {
  const { prefix, kms } = dialect;
  const name = `${prefix}server-side-encryption`;
  if (encryption?.kind === 'provider') {
    if (prefix === 'x-obs-') return { [name]: 'AES256' };
    throw new CopyError(
      'Unsupported',
      'The x-amz- dialect of OBS has no encryption with provider keys (SSE-OBS): use kms, or dialect obs.',
    );
  }
  if (encryption?.kind === 'kms') return present({ [name]: kms.algorithm, [kms.keyIdHeader]: encryption.keyId });
  return partEncryptionHeaders(encryption, dialect);
}
