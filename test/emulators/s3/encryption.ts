import { createHash } from 'node:crypto';
import type { Content } from '../content.ts';
import { accessDenied, header, invalidArgument, invalidRequest, type S3Call } from './context.ts';

type Encryption = Readonly<Record<string, string>>;

const managedAlgorithms = ['AES256', 'aws:kms', 'aws:kms:dsse'];
const managed = 'x-amz-server-side-encryption';
const kmsNames = [`${managed}-aws-kms-key-id`, `${managed}-bucket-key-enabled`, `${managed}-context`];
const customer = `${managed}-customer-`;
const customerKeyBytes = 32;
const defaultKmsKey = 'arn:aws:kms:us-east-1:123456789012:key/aws-managed';

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
  return { [managed]: asked, [`${managed}-aws-kms-key-id`]: defaultKmsKey, ...Object.fromEntries(more) };
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
