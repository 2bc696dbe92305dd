import type { Checksums, ReportedEncryption } from '../provider.ts';
import type { Dialect } from '../xml/dialect.ts';
import type { Headers } from '../xml/request.ts';
import { errorOf, factsOf } from './errors.ts';
import { OSS_PREFIX } from './sign.ts';

/** OSS's own words in the XML dialect. */
export const OSS_DIALECT: Dialect = {
  provider: 'oss',
  title: 'OSS',
  clockSkewCode: 'RequestTimeTooSkewed',
  prefix: OSS_PREFIX,
  headerEtag: true,
  errorOf,
  factsOf,
  checksumsOf,
  encryptionOf,
};

/** The whole object's CRC-64, which OSS leaves out for very old objects and some copies. */
function checksumsOf(headers: Headers): Checksums {
  const crc64ecma = headers['x-oss-hash-crc64ecma'];
  return crc64ecma !== undefined && /^\d{1,20}$/.test(crc64ecma) ? { crc64ecma } : {};
}

function encryptionOf(headers: Headers): ReportedEncryption | undefined {
  const algorithm = headers['x-oss-server-side-encryption'];
  return algorithm === undefined ? undefined : { algorithm, keyId: headers['x-oss-server-side-encryption-key-id'] };
}
