import { CustomerKey } from '../../../shared/credentials.ts';
import type { NewObject } from '../../../shared/provider/provider.ts';

const bytes = Buffer.alloc(32, 7);
export const customerKey = new CustomerKey(bytes);
export const sourceKey = new CustomerKey(Buffer.alloc(32, 9));
/** The three headers of `customerKey`, as computed by hand: base64 of the key and of its MD5. */
export const KEY_HEADERS = {
  'x-amz-server-side-encryption-customer-algorithm': 'AES256',
  'x-amz-server-side-encryption-customer-key': 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=',
  'x-amz-server-side-encryption-customer-key-md5': 'y4HAEFCYWuvAXWFTtA1Qpg==',
};

export const rich: NewObject = {
  headers: {
    contentType: 'video/mp4',
    cacheControl: 'no-cache',
    contentDisposition: 'attachment; filename="a.mp4"',
    contentEncoding: 'gzip',
    contentLanguage: 'zh',
    expires: 'Tue, 05 Mar 2024 06:07:08 GMT',
  },
  metadata: { Owner: '爱丽丝', 'copy-token': 't' },
  tags: { 'a b': '1+1', 中: '' },
  acl: 'bucket-owner-full-control',
  storageClass: 'STANDARD_IA',
  encryption: { kind: 'kms', keyId: 'arn:aws:kms:eu-west-1:1:key/1' },
  checksum: 'crc64nvme',
  overwrite: false,
};
export const RICH_HEADERS = {
  'content-type': 'video/mp4',
  'cache-control': 'no-cache',
  'content-disposition': 'attachment; filename="a.mp4"',
  'content-encoding': 'gzip',
  'content-language': 'zh',
  expires: 'Tue, 05 Mar 2024 06:07:08 GMT',
  'x-amz-meta-owner': '爱丽丝',
  'x-amz-meta-copy-token': 't',
  'x-amz-tagging': 'a%20b=1%2B1&%E4%B8%AD=',
  'x-amz-acl': 'bucket-owner-full-control',
  'x-amz-storage-class': 'STANDARD_IA',
  'x-amz-server-side-encryption': 'aws:kms',
  'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-west-1:1:key/1',
  'x-amz-checksum-algorithm': 'CRC64NVME',
};

/** A result document with an ETag; `more` for further elements. */
export const copyXml = (root: string, etag = '&quot;E-1&quot;', more = '') =>
  `<?xml version="1.0"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LastModified>2014-07-17T06:27:54.000Z</LastModified><ETag>${etag}</ETag>${more}</${root}>`;
