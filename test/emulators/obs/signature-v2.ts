import { createHmac } from 'node:crypto';
import type { ObsCall } from './context.ts';

/**
 * Parameters that version 2 signs, in lower case because names are compared that way:
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0010.html
 */
const signedParameters = new Set(
  (
    'acl append attname cdnnotifyconfiguration cors customdomain delete deletebucket directcoldaccess encryption inventory ' +
    'length lifecycle location logging metadata mirrorbacktosource modify name notification object-lock obscompresspolicy ' +
    'partnumber policy position publicaccessblock quota rename replication requestpayment response-cache-control ' +
    'response-content-disposition response-content-encoding response-content-language response-content-type ' +
    'response-expires restore retention storageclass storagepolicy storageinfo tagging torrent truncate uploadid uploads ' +
    'versionid versioning versions website x-image-process x-obs-security-token'
  ).split(' '),
);

/** What a client signs in version 2; `expires` is the last line of a signed URL instead of a date. */
export function stringToSignV2(call: ObsCall, expires?: string): string {
  const { method, headers } = call.request;
  const { prefix } = call.dialect;
  const family = [...headers]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`);
  const contentMd5 = headers.get('content-md5') ?? '';
  const contentType = headers.get('content-type') ?? '';
  // A date among the family's headers is signed there, and its own line stays empty.
  const date = expires ?? (headers.has(`${prefix}date`) ? '' : (headers.get('date') ?? ''));
  return `${method}\n${contentMd5}\n${contentType}\n${date}\n${family.join('')}${canonicalResource(call)}`;
}

/** The path as it was sent, with the bucket, then the signed parameters with their values as plain text. */
function canonicalResource({ resource, query, dialect }: ObsCall): string {
  const parameters = query.entries
    .filter(([name]) => signedParameters.has(name.toLowerCase()) || name.toLowerCase().startsWith(dialect.prefix))
    .map(([name, value]) => (value === undefined || value === '' ? name : `${name}=${value}`))
    .sort();
  return parameters.length === 0 ? resource : `${resource}?${parameters.join('&')}`;
}

/** The signature of a string in version 2. */
export function signV2(secretAccessKey: string, stringToSign: string): string {
  return createHmac('sha1', secretAccessKey).update(stringToSign).digest('base64');
}
