import { createHash } from 'node:crypto';
import type { Content } from '../content.ts';
import { accessDenied, header, invalidArgument, invalidRequest, type S3Call } from './context.ts';
import { authorizeKey } from './permissions.ts';

type Encryption = Readonly<Record<string, string>>;

const managedAlgorithms = ['AES256', 'aws:kms', 'aws:kms:dsse'];
const managed = 'x-amz-server-side-encryption';
const kmsKeyName = `${managed}-aws-kms-key-id`;
const kmsNames = [`${managed}-bucket-key-enabled`, `${managed}-context`];
const customer = `${managed}-customer-`;
const customerKeyBytes = 32;
const kmsArnPrefix = 'arn:aws:kms:us-east-1:123456789012:';
/** What the alias of the key that Amazon manages leads to. */
const managedKey = '6d4d4b7e-0f0b-4c1c-9c55-0d6f5d1c2a10';

/** The customer's key that a request carries under a prefix, as the headers that may be kept: the key itself is forgotten. */
function customerKeyOf(call: S3Call, prefix: string): Encryption | undefined {
  const [algorithm, key, digest] = ['algorithm', 'key', 'key-md5'].map((name) => header(call, `${prefix}${name}`));
  if (algorithm === undefined && key === undefined && digest === undefined) {
    return;
  }
  if (algorithm === undefined || key === undefined || digest === undefined) {
    throw invalidArgument(
      'Requests specifying Server Side Encryption with Customer provided keys must provide algorithm, key and key MD5.',
      prefix,
    );
  }
  if (algorithm !== 'AES256') {
    throw invalidArgument('The encryption algorithm specified is invalid.', `${prefix}algorithm`, algorithm);
  }
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== customerKeyBytes) {
    throw invalidArgument('The secret key was invalid for the specified algorithm.', `${prefix}key`);
  }
  if (createHash('md5').update(bytes).digest('base64') !== digest) {
    throw invalidArgument(
      'The calculated MD5 hash of the key did not match the hash that was provided.',
      `${prefix}key-MD5`,
      digest,
    );
  }
  return { [`${customer}algorithm`]: algorithm, [`${customer}key-md5`]: digest };
}

/** The encryption that a request asks for, as the headers that are echoed. */
export function encryptionOf(call: S3Call): Encryption {
  const withCustomerKey = customerKeyOf(call, customer);
  const asked = header(call, managed);
  if (withCustomerKey && asked !== undefined) {
    throw invalidArgument(
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      managed,
      asked,
    );
  }
  if (withCustomerKey) {
    return withCustomerKey;
  }
  if (asked === undefined) {
    return {};
  }
  if (!managedAlgorithms.includes(asked)) {
    throw invalidArgument('The encryption method specified is not supported', managed, asked);
  }
  const more = kmsNames.flatMap((name) => {
    const value = header(call, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (asked === 'AES256') {
    return { [managed]: asked };
  }
  const arn = kmsArn(header(call, kmsKeyName));
  authorizeKey(call, 'kms:GenerateDataKey', arn);
  // An upload in parts reads them again: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
  if (call.operation === 'CreateMultipartUpload') {
    authorizeKey(call, 'kms:Decrypt', arn);
  }
  return { [managed]: asked, [kmsKeyName]: arn, ...Object.fromEntries(more) };
}

/** The full name of the key that is used, which is what S3 tells: a client may name it by its id, and by an alias. */
function kmsArn(named: string | undefined): string {
  if (named?.startsWith('arn:') && !named.includes(':alias/')) {
    return named;
  }
  const alias = named === undefined ? 'alias/aws/s3' : /(?:^|:)(alias\/.+)$/.exec(named)?.[1];
  return `${kmsArnPrefix}key/${alias === undefined ? named : keyBehind(alias)}`;
}

/** A key's id, which nobody could guess from its alias. */
function keyBehind(alias: string): string {
  if (alias === 'alias/aws/s3') {
    return managedKey;
  }
  const hex = createHash('sha256').update(alias).digest('hex');
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Refuses to read what is under a key of KMS without the right to use it. */
export function checkKmsKey(call: S3Call, stored: Encryption): void {
  const arn = stored[kmsKeyName];
  if (arn !== undefined) {
    authorizeKey(call, 'kms:Decrypt', arn);
  }
}

/** The prefix under which a copy names the key of its source. */
const sourceCustomer = 'x-amz-copy-source-server-side-encryption-customer-';

/** Refuses to read without the key that the object was written with. */
export function checkReadKey(call: S3Call, stored: Encryption, of: 'object' | 'copy source' = 'object'): void {
  const given = customerKeyOf(call, of === 'object' ? customer : sourceCustomer);
  const needed = stored[`${customer}key-md5`];
  if (needed === undefined && given) {
    throw invalidRequest('The encryption parameters are not applicable to this object.');
  }
  if (needed !== undefined && !given) {
    throw invalidRequest(
      'The object was stored using a form of Server Side Encryption. ' +
        'The correct parameters must be provided to retrieve the object.',
    );
  }
  if (given?.[`${customer}key-md5`] !== needed) {
    throw accessDenied();
  }
}

/** Refuses a part that is not sent with the key that its upload began with. */
export function checkPartKey(call: S3Call, upload: Encryption): void {
  const given = customerKeyOf(call, customer)?.[`${customer}key-md5`];
  const needed = upload[`${customer}key-md5`];
  if (needed !== undefined && given === undefined) {
    throw invalidRequest(
      'The multipart upload initiate requested encryption. ' +
        'Subsequent part requests must include the appropriate encryption parameters.',
    );
  }
  if (needed === undefined && given !== undefined) {
    throw invalidRequest('The multipart upload initiate did not request encryption.');
  }
  if (given !== needed) {
    throw invalidRequest('The provided encryption parameters did not match the ones used originally.');
  }
  checkKmsKey(call, upload);
}

/** Whether ETags say nothing about the content. */
function isOpaque(encryption: Encryption): boolean {
  return `${customer}algorithm` in encryption || (encryption[managed]?.startsWith('aws:kms') ?? false);
}

function mixed(digest: Buffer, encryption: Encryption): string {
  const md5 = isOpaque(encryption) ? createHash('md5').update('opaque').update(digest).digest() : digest;
  return md5.toString('hex');
}

/** The ETag of a content: its MD5, or something else where the encryption makes it so. */
export function etagOf(content: Content, encryption: Encryption): string {
  return mixed(content.md5(), encryption);
}

/** The ETag of joined parts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
export function joinedEtag(partEtags: readonly string[], encryption: Encryption): string {
  const digest = createHash('md5')
    .update(Buffer.from(partEtags.join(''), 'hex'))
    .digest();
  return `${mixed(digest, encryption)}-${partEtags.length}`;
}
