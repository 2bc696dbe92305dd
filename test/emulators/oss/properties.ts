import type { ObjectProperties, StoredVersion } from '../object-types.ts';
import { decodePercent } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { header, type OssCall } from './context.ts';

const contentHeaderNames = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;
const encryptionNames = [
  'x-oss-server-side-encryption',
  'x-oss-server-side-encryption-key-id',
  'x-oss-server-side-data-encryption',
] as const;
const metadataPrefix = 'x-oss-meta-';
const mostMetadataBytes = 8192;
const mostTags = 10;
const storageClasses = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'];
const encryptionAlgorithms = ['AES256', 'KMS', 'SM4'];
const acls = ['default', 'private', 'public-read', 'public-read-write'];

function picked(call: OssCall, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = header(call, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The content headers and user metadata that a request gives to a new object. */
export function metadataOf(call: OssCall): Pick<ObjectProperties, 'contentHeaders' | 'userMetadata'> {
  const userMetadata = Object.fromEntries(
    [...call.request.headers]
      .filter(([name]) => name.startsWith(metadataPrefix))
      .map(([name, value]) => [name.slice(metadataPrefix.length), value]),
  );
  if (Buffer.byteLength(Object.entries(userMetadata).flat().join('')) > mostMetadataBytes) {
    throw new Refusal(400, 'InvalidArgument', 'The total size of user metadata must not exceed 8 KB.');
  }
  return { contentHeaders: picked(call, contentHeaderNames), userMetadata };
}

/** The tags of `x-oss-tagging`: a query string, each name and value encoded. */
export function tagsOf(call: OssCall): ObjectProperties['tags'] {
  const tags = (header(call, 'x-oss-tagging') ?? '')
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const [name = '', ...value] = field.split('=').map((text) => decodePercent(text.replaceAll('+', '%20')));
      return [name, value.join('=')] as const;
    });
  return checkTags(tags);
}

/** Refuses more tags than OSS keeps, or one tag twice. */
export function checkTags(tags: ObjectProperties['tags']): ObjectProperties['tags'] {
  if (tags.length > mostTags || new Set(tags.map(([name]) => name)).size < tags.length) {
    throw new Refusal(400, 'InvalidTag', 'The tags you specified are not valid: at most 10, each name once.');
  }
  return tags;
}

function oneOf(call: OssCall, name: string, allowed: readonly string[], code: string): string | undefined {
  const value = header(call, name);
  if (value !== undefined && !allowed.includes(value)) {
    throw new Refusal(400, code, `The value of ${name} is not valid.`, {
      fields: { ArgumentName: name, ArgumentValue: value },
    });
  }
  return value;
}

/** The storage class a request asks for. */
export function storageClassOf(call: OssCall): Pick<Partial<ObjectProperties>, 'storageClass'> {
  const storageClass = oneOf(call, 'x-oss-storage-class', storageClasses, 'InvalidArgument');
  return storageClass === undefined ? {} : { storageClass };
}

/** The ACL a request asks for. */
export function aclOf(call: OssCall): Pick<Partial<ObjectProperties>, 'acl'> {
  const acl = oneOf(call, 'x-oss-object-acl', acls, 'InvalidArgument');
  return acl === undefined ? {} : { acl };
}

/** The encryption a request asks for, as headers, which is also how it is echoed. */
export function encryptionOf(call: OssCall): Record<string, string> {
  oneOf(call, 'x-oss-server-side-encryption', encryptionAlgorithms, 'InvalidEncryptionAlgorithmError');
  return picked(call, encryptionNames);
}

/** Everything that a request may give to a new object with its content, apart from the ACL. */
export function propertiesOf(call: OssCall): Partial<ObjectProperties> {
  return { ...metadataOf(call), tags: tagsOf(call), ...storageClassOf(call), encryption: encryptionOf(call) };
}

/** The headers by which HEAD and GET describe an object; the count of tags for those only who may read them. */
export function describe(version: StoredVersion, now: Date, showsTags: boolean): Record<string, string> {
  const meta = Object.entries(version.userMetadata).map(([name, value]) => [`${metadataPrefix}${name}`, value]);
  return {
    ...version.contentHeaders,
    etag: `"${version.etag}"`,
    'last-modified': version.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    'x-oss-object-type': version.type,
    'x-oss-storage-class': version.storageClass,
    ...version.encryption,
    ...Object.fromEntries(meta),
    ...(version.tags.length === 0 || !showsTags ? {} : { 'x-oss-tagging-count': String(version.tags.length) }),
    ...(version.type === 'Appendable' ? { 'x-oss-next-append-position': String(version.content.size) } : {}),
    ...restoreHeader(version, now),
  };
}

function restoreHeader({ restore }: StoredVersion, now: Date): Record<string, string> {
  if (!restore || restore.expiresAt <= now) {
    return {};
  }
  return {
    'x-oss-restore':
      restore.readyAt > now
        ? 'ongoing-request="true"'
        : `ongoing-request="false", expiry-date="${restore.expiresAt.toUTCString()}"`,
  };
}

/** Whether an object's bytes can be read: a cold one only while it is restored. */
export function isReadable({ storageClass, restore }: StoredVersion, now: Date): boolean {
  const cold = storageClass === 'Archive' || storageClass === 'ColdArchive' || storageClass === 'DeepColdArchive';
  return !cold || (restore !== undefined && restore.readyAt <= now && restore.expiresAt > now);
}
