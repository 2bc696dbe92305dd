import type { ObjectProperties, StoredVersion } from '../object-types.ts';
import { decodePercent } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { header, invalid, type ObsCall, own } from './context.ts';
import { type Dialect, spokenClass } from './dialect.ts';
import { echo, encryptionOf } from './encryption.ts';

const contentHeaderNames = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;
const mostMetadataBytes = 8192;
const mostTags = 10;

/** The content headers and user metadata that a request gives to a new object. */
export function metadataOf(call: ObsCall): Pick<ObjectProperties, 'contentHeaders' | 'userMetadata'> {
  const prefix = `${call.dialect.prefix}meta-`;
  const userMetadata = Object.fromEntries(
    [...call.request.headers]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
  if (Buffer.byteLength(Object.entries(userMetadata).flat().join('')) > mostMetadataBytes) {
    throw new Refusal(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size.');
  }
  const contentHeaders = Object.fromEntries(
    contentHeaderNames.flatMap((name) => {
      const value = header(call, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { contentHeaders, userMetadata };
}

/** The tags of `x-obs-tagging`: a query string, each name and value encoded. */
function tagsOf(call: ObsCall): ObjectProperties['tags'] {
  const tags = (own(call, 'tagging') ?? '')
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const [name = '', ...value] = field.split('=').map((text) => decodePercent(text.replaceAll('+', '%20')));
      return [name, value.join('=')] as const;
    });
  return checkTags(tags);
}

/** Refuses more tags than OBS keeps, or one tag twice. */
export function checkTags(tags: ObjectProperties['tags']): ObjectProperties['tags'] {
  if (tags.length > mostTags || new Set(tags.map(([name]) => name)).size < tags.length) {
    throw new Refusal(400, 'InvalidTag', 'The tags you specified are not valid: at most 10, each name once.');
  }
  return tags;
}

/** The storage class a request asks for, by its native name. */
export function storageClassOf(call: ObsCall): Pick<Partial<ObjectProperties>, 'storageClass'> {
  const spoken = own(call, 'storage-class');
  if (spoken === undefined) {
    return {};
  }
  const named = Object.entries(call.dialect.storageClasses).find(([, name]) => name === spoken);
  if (!named) {
    throw invalid('InvalidArgument', 'The storage class you specified is not valid.');
  }
  return { storageClass: named[0] };
}

/** The ACL a request asks for. */
export function aclOf(call: ObsCall): Pick<Partial<ObjectProperties>, 'acl'> {
  const acl = own(call, 'acl');
  return acl === undefined ? {} : { acl };
}

/** Everything that a request may give to a new object with its content. */
export function propertiesOf(call: ObsCall): Partial<ObjectProperties> {
  return {
    ...metadataOf(call),
    tags: tagsOf(call),
    ...storageClassOf(call),
    ...aclOf(call),
    encryption: encryptionOf(call),
  };
}

/**
 * The headers by which HEAD and GET describe an object; the count of tags for those only who may read them.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0084.html
 */
export function describe(
  dialect: Dialect,
  version: StoredVersion,
  now: Date,
  showsTags: boolean,
): Record<string, string> {
  const { prefix } = dialect;
  const storageClass = spokenClass(dialect, version.storageClass);
  const meta = Object.entries(version.userMetadata).map(([name, value]) => [`${prefix}meta-${name}`, value]);
  const appendable = {
    [`${prefix}object-type`]: 'Appendable',
    [`${prefix}next-append-position`]: String(version.content.size),
  };
  return {
    ...version.contentHeaders,
    etag: `"${version.etag}"`,
    'last-modified': version.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    ...(storageClass === 'STANDARD' ? {} : { [`${prefix}storage-class`]: storageClass }),
    ...echo(dialect, version.encryption),
    ...Object.fromEntries(meta),
    ...(version.tags.length === 0 || !showsTags ? {} : { [`${prefix}tagging-count`]: String(version.tags.length) }),
    ...(version.type === 'Appendable' ? appendable : {}),
    ...(version.uploadId === undefined ? {} : { [`${prefix}uploadId`]: version.uploadId }),
    ...restoreHeader(prefix, version, now),
  };
}

function restoreHeader(prefix: string, { restore }: StoredVersion, now: Date): Record<string, string> {
  if (!restore || restore.expiresAt <= now) {
    return {};
  }
  return {
    [`${prefix}restore`]:
      restore.readyAt > now
        ? 'ongoing-request="true"'
        : `ongoing-request="false", expiry-date="${restore.expiresAt.toUTCString()}"`,
  };
}

/** Whether an object lies cold, so that it has to be restored before its bytes can be read. */
export function isCold({ storageClass }: StoredVersion): boolean {
  return ['COLD', 'DEEP_ARCHIVE'].includes(storageClass.toUpperCase());
}

/** Whether an object's bytes can be read: a cold one only while it is restored. */
export function isReadable(version: StoredVersion, now: Date): boolean {
  const { restore } = version;
  return !isCold(version) || (restore !== undefined && restore.readyAt <= now && restore.expiresAt > now);
}

/** The header by which HEAD tells the CRC-64 of the bytes. */
export function crcHeader({ prefix }: Dialect, { content }: StoredVersion): Record<string, string> {
  return { [`${prefix}hash-crc64ecma`]: content.crc64().toString() };
}
