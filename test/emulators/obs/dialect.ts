import type { WireRequest } from '../answer.ts';

/** The header family that a client speaks; the service is the same behind both. */
export interface Dialect {
  readonly prefix: 'x-obs-' | 'x-amz-';
  /** How a storage class is called, by its name in the native dialect. */
  readonly storageClasses: Readonly<Record<string, string>>;
  /** How encryption with a managed key is called. */
  readonly kms: string;
  readonly kmsKeyHeader: string;
  readonly namespace: (region: string) => string;
  /** The parameter of a signed URL that names the key. */
  readonly keyParameter: string;
  readonly authScheme: 'OBS' | 'AWS';
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0007.html */
const nativeDialect: Dialect = {
  prefix: 'x-obs-',
  storageClasses: {
    STANDARD: 'STANDARD',
    WARM: 'WARM',
    COLD: 'COLD',
    DEEP_ARCHIVE: 'DEEP_ARCHIVE',
    INTELLIGENT_TIERING: 'INTELLIGENT_TIERING',
    HIGH_PERFORMANCE: 'HIGH_PERFORMANCE',
  },
  kms: 'kms',
  kmsKeyHeader: 'x-obs-server-side-encryption-kms-key-id',
  namespace: (region) => `http://obs.${region}.myhuaweicloud.com/doc/2015-06-30/`,
  keyParameter: 'AccessKeyId',
  authScheme: 'OBS',
};

/** The S3-like family, as partner clouds document it: https://docs.otc.t-systems.com/object-storage-service/api-ref/ */
export const amzDialect: Dialect = {
  prefix: 'x-amz-',
  storageClasses: { STANDARD: 'STANDARD', WARM: 'STANDARD_IA', COLD: 'GLACIER', DEEP_ARCHIVE: 'DEEP_ARCHIVE' },
  kms: 'aws:kms',
  kmsKeyHeader: 'x-amz-server-side-encryption-aws-kms-key-id',
  namespace: () => 'http://s3.amazonaws.com/doc/2006-03-01/',
  keyParameter: 'AWSAccessKeyId',
  authScheme: 'AWS',
};

/** The dialect of a request: its headers decide, and where it has none of a family, its signature. */
export function dialectOf({ headers, target }: WireRequest): Dialect {
  const names = [...headers.keys()];
  if (names.some((name) => name.startsWith(nativeDialect.prefix))) {
    return nativeDialect;
  }
  if (names.some((name) => name.startsWith(amzDialect.prefix))) {
    return amzDialect;
  }
  const authorization = headers.get('authorization');
  const byAws = authorization === undefined ? /[?&](AWSAccessKeyId|x-amz-)/i.test(target) : /^AWS/.test(authorization);
  return byAws ? amzDialect : nativeDialect;
}

/** The storage class in the dialect's words; a class that only the native dialect knows keeps its name. */
export function spokenClass(dialect: Dialect, stored: string): string {
  const native = stored.toUpperCase();
  return dialect.storageClasses[native] ?? native;
}
