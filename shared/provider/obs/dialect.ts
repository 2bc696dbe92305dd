import type { Checksums, ReportedEncryption } from '../provider.ts';
import type { Dialect } from '../xml/dialect.ts';
import type { Headers } from '../xml/request.ts';
import type { ObsConfig } from './config.ts';
import { errorOf, factsOf } from './errors.ts';
import { prefixOf } from './sign.ts';
import type { HeaderPrefix } from './sign-v2.ts';

/** The XML dialect with one of OBS's two header families, and the words in which the families differ. */
export interface ObsDialect extends Dialect {
  readonly prefix: HeaderPrefix;
  /** Encryption with a key of the key service, as the header has it. */
  readonly kms: { readonly algorithm: string; readonly keyIdHeader: string };
}

/**
 * OBS's own words, as one store uses them.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0005.html
 */
export function dialectOf(dialect: ObsConfig['dialect']): ObsDialect {
  const prefix = prefixOf(dialect);
  const native = dialect === 'obs';
  const kms = {
    algorithm: native ? 'kms' : 'aws:kms',
    keyIdHeader: `${prefix}server-side-encryption-${native ? '' : 'aws-'}kms-key-id`,
  };
  return {
    provider: 'obs',
    title: 'OBS',
    clockSkewCode: 'RequestTimeTooSkewed',
    prefix,
    kms,
    // 200 only says that the work began: the ETag in the document is what proves it (OBS-1).
    headerEtag: false,
    errorOf: (answer, request) => errorOf(answer, request, prefix),
    factsOf: (answer, request) => factsOf(answer, request, prefix),
    checksumsOf: (headers) => checksumsOf(headers, prefix),
    encryptionOf: (headers) => encryptionOf(headers, prefix, kms.keyIdHeader),
  };
}

/** The whole object's CRC-64, which newer regions tell and no page promises. */
function checksumsOf(headers: Headers, prefix: HeaderPrefix): Checksums {
  const crc64ecma = headers[`${prefix}hash-crc64ecma`];
  return crc64ecma !== undefined && /^\d{1,20}$/.test(crc64ecma) ? { crc64ecma } : {};
}

/** A customer key is reported by its algorithm alone (OBS-8). */
function encryptionOf(headers: Headers, prefix: HeaderPrefix, keyIdHeader: string): ReportedEncryption | undefined {
  const name = `${prefix}server-side-encryption`;
  const algorithm = headers[name] ?? headers[`${name}-customer-algorithm`];
  return algorithm === undefined ? undefined : { algorithm, keyId: headers[keyIdHeader] };
}
