import type { ObjectProperties, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { header, type QingstorCall } from './context.ts';
import { encryptionEcho, encryptionOf } from './encryption.ts';

const contentHeaderNames = ['cache-control', 'content-disposition', 'content-encoding', 'content-type', 'expires'];
const metadataPrefix = 'x-qs-meta-';
const mostMetadataBytes = 2048;
const longestMetadataName = 512;
const storageClasses = ['STANDARD', 'STANDARD_IA'];

/** The content headers and user metadata that a request gives to a new object. */
export function metadataOf(call: QingstorCall): Pick<ObjectProperties, 'contentHeaders' | 'userMetadata'> {
  const metadata = [...call.request.headers]
    .filter(([name]) => name.startsWith(metadataPrefix))
    .map(([name, value]) => [name.slice(metadataPrefix.length), value] as const);
  if (metadata.some(([, value]) => !/^[ -~]*$/.test(value))) {
    throw new Refusal(400, 'invalid_argument', 'User metadata holds only ASCII: encode the value.');
  }
  const tooLong = metadata.some(([name]) => name.length > longestMetadataName);
  if (tooLong || metadata.flat().join('').length > mostMetadataBytes) {
    throw new Refusal(400, 'metadata_too_large', 'User metadata has at most 2 KB, each name at most 512 bytes.');
  }
  const contentHeaders = contentHeaderNames.flatMap((name) => {
    const value = header(call, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { contentHeaders: Object.fromEntries(contentHeaders), userMetadata: Object.fromEntries(metadata) };
}

/** The storage class a request asks for. */
export function storageClassOf(call: QingstorCall): string {
  const storageClass = header(call, 'x-qs-storage-class') ?? 'STANDARD';
  if (!storageClasses.includes(storageClass)) {
    throw new Refusal(400, 'invalid_argument', `The x-qs-storage-class must be one of ${storageClasses.join(', ')}.`);
  }
  return storageClass;
}

/** Everything that a request may give to a new object with its content. */
export function propertiesOf(call: QingstorCall): Partial<ObjectProperties> {
  return { ...metadataOf(call), storageClass: storageClassOf(call), encryption: encryptionOf(call) };
}

/** The headers by which HEAD and GET describe an object. */
export function describe(version: StoredVersion): Record<string, string> {
  const appendable = version.type === 'Appendable';
  return {
    ...version.contentHeaders,
    etag: `"${version.etag}"`,
    'last-modified': version.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    'x-qs-storage-class': version.storageClass.toUpperCase(),
    'x-qs-object-type': appendable ? 'appendable' : 'normal',
    ...(appendable ? { 'x-qs-next-append-position': String(version.content.size) } : {}),
    ...encryptionEcho(version.encryption),
    ...Object.fromEntries(
      Object.entries(version.userMetadata).map(([name, value]) => [`${metadataPrefix}${name}`, value]),
    ),
  };
}
