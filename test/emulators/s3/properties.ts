import type { ObjectProperties, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { header, invalidArgument, type S3Call, type S3Quirks } from './context.ts';
import { encryptionOf } from './encryption.ts';
import { decodeField } from './form.ts';

const contentHeaderNames = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;
const redirectName = 'x-amz-website-redirect-location';
const metadataPrefix = 'x-amz-meta-';
const mostTags = 10;
const standard = 'STANDARD';
const coldClasses = ['GLACIER', 'DEEP_ARCHIVE'];
const storageClasses = [
  standard,
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  ...coldClasses,
];
const acls = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
];

/** `aws-chunked` is about the way of the bytes, not about the object. */
function withoutFrame(encoding: string): string {
  return encoding
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== 'aws-chunked' && name !== '')
    .join(',');
}

function contentHeadersOf(call: S3Call): Record<string, string> {
  const found = [...contentHeaderNames, redirectName].flatMap((name) => {
    const value = header(call, name);
    const kept = name === 'content-encoding' && value !== undefined ? withoutFrame(value) : value;
    return kept === undefined || kept === '' ? [] : [[name, kept] as const];
  });
  return Object.fromEntries(found);
}

/** The content headers and user metadata that a request gives to a new object. */
export function metadataOf(
  call: S3Call,
  { maxMetadataBytes }: S3Quirks,
): Pick<ObjectProperties, 'contentHeaders' | 'userMetadata'> {
  const userMetadata = Object.fromEntries(
    [...call.request.headers]
      .filter(([name]) => name.startsWith(metadataPrefix))
      .map(([name, value]) => [name.slice(metadataPrefix.length), value]),
  );
  const size = Buffer.byteLength(Object.entries(userMetadata).flat().join(''));
  if (size > maxMetadataBytes) {
    throw new Refusal(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      fields: { Size: String(size), MaxSizeAllowed: String(maxMetadataBytes) },
    });
  }
  return { contentHeaders: contentHeadersOf(call), userMetadata };
}

/** The tags of `x-amz-tagging`: a query string, each name and value encoded. */
export function tagsOf(call: S3Call): ObjectProperties['tags'] {
  const tags = (header(call, 'x-amz-tagging') ?? '')
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const [name = '', ...value] = field.split('=');
      return [decodeField(name), decodeField(value.join('='))] as const;
    });
  return checkTags(tags);
}

/** Refuses more tags than S3 keeps, or one tag twice. */
export function checkTags(tags: ObjectProperties['tags']): ObjectProperties['tags'] {
  if (tags.length > mostTags) {
    throw new Refusal(400, 'BadRequest', 'Object tags cannot be greater than 10');
  }
  if (new Set(tags.map(([name]) => name)).size < tags.length) {
    throw new Refusal(400, 'InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  return tags;
}

/** The storage class that a request asks for. */
function storageClassOf(call: S3Call): string {
  const storageClass = header(call, 'x-amz-storage-class') ?? standard;
  if (!storageClasses.includes(storageClass)) {
    throw new Refusal(400, 'InvalidStorageClass', 'The storage class you specified is not valid', {
      fields: { StorageClassRequested: storageClass },
    });
  }
  return storageClass;
}

function aclOf(call: S3Call): string {
  const acl = header(call, 'x-amz-acl') ?? 'private';
  if (!acls.includes(acl)) {
    throw invalidArgument('The ACL you specified is not valid.', 'x-amz-acl', acl);
  }
  return acl;
}

/** What a new object has of its own, also when it is a copy: class, encryption and ACL. */
export function ownProperties(call: S3Call): Pick<ObjectProperties, 'storageClass' | 'encryption' | 'acl'> {
  return { storageClass: storageClassOf(call), encryption: encryptionOf(call), acl: aclOf(call) };
}

/** Everything that a request may give to a new object with its content. */
export function propertiesOf(call: S3Call, quirks: S3Quirks): ObjectProperties {
  return { ...metadataOf(call, quirks), tags: tagsOf(call), ...ownProperties(call) };
}

/** The class in S3's words; the shared model says `Standard` for what has none. */
export function storageClassName({ storageClass }: Pick<ObjectProperties, 'storageClass'>): string {
  return storageClass.toUpperCase();
}

/** The encryption headers that are told to anybody: not the context. */
export function encryptionEcho({ encryption }: Pick<ObjectProperties, 'encryption'>): Record<string, string> {
  return Object.fromEntries(Object.entries(encryption).filter(([name]) => !name.endsWith('-context')));
}

/** The headers by which HEAD and GET describe an object; the count of tags for those only who may read them. */
export function describe(version: StoredVersion, now: Date, showsTags: boolean): Record<string, string> {
  const { shown, missing } = metadataHeaders(version);
  const storageClass = storageClassName(version);
  return {
    ...version.contentHeaders,
    etag: `"${version.etag}"`,
    'last-modified': version.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    ...(storageClass === standard ? {} : { 'x-amz-storage-class': storageClass }),
    ...encryptionEcho(version),
    ...shown,
    ...(missing === 0 ? {} : { 'x-amz-missing-meta': String(missing) }),
    ...(version.tags.length === 0 || !showsTags ? {} : { 'x-amz-tagging-count': String(version.tags.length) }),
    ...restoreHeader(version, now),
  };
}

/** Metadata that came in by another way than headers may not fit into one: it is counted and left out. */
function metadataHeaders({ userMetadata }: StoredVersion): { shown: Record<string, string>; missing: number } {
  const entries = Object.entries(userMetadata);
  const fitting = entries.filter(([, value]) => ![...value].some((character) => character < ' ' && character !== '\t'));
  const shown = Object.fromEntries(fitting.map(([name, value]) => [`${metadataPrefix}${name}`, value]));
  return { shown, missing: entries.length - fitting.length };
}

function restoreHeader({ restore }: StoredVersion, now: Date): Record<string, string> {
  if (!restore || restore.expiresAt <= now) {
    return {};
  }
  return {
    'x-amz-restore':
      restore.readyAt > now
        ? 'ongoing-request="true"'
        : `ongoing-request="false", expiry-date="${restore.expiresAt.toUTCString()}"`,
  };
}

/** Whether an object has to be restored before it can be read. */
export function isCold(version: Pick<ObjectProperties, 'storageClass'>): boolean {
  return coldClasses.includes(storageClassName(version));
}

/** Whether an object's bytes can be read: a cold one only while it is restored. */
export function isReadable(version: StoredVersion, now: Date): boolean {
  const { restore } = version;
  return !isCold(version) || (restore !== undefined && restore.readyAt <= now && restore.expiresAt > now);
}
