import { CustomerKey } from '../../../shared/credentials.ts';
import type { NewObject } from '../../../shared/provider/provider.ts';

export const KEY = '数据/a+b c%?#(1)../x.bin';
export const PATH = '/%E6%95%B0%E6%8D%AE/a%2Bb%20c%25%3F%23%281%29../x.bin';
export const COPY_SOURCE = `/src-bucket${PATH}?version_id=V%2B%2F%3D`;
export const object = { bucket: 'src-bucket', key: KEY, versionId: 'V+/=' };
export const upload = { bucket: 'dst-bucket', key: KEY, uploadId: 'UP+1' };
export const plain: NewObject = { headers: {}, metadata: {}, tags: {}, overwrite: true };
export const destinationKey = new CustomerKey(new Uint8Array(32).fill(1));
export const sourceKey = new CustomerKey(new Uint8Array(32).fill(2));
export const customer = { kind: 'customer', key: destinationKey } as const;
export const DESTINATION_KEY_HEADERS = {
  'x-qs-encryption-customer-algorithm': 'AES256',
  'x-qs-encryption-customer-key': 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=',
  'x-qs-encryption-customer-key-md5': '4Funlf7OsLF0HL+vKU+fkg==',
};
export const SOURCE_KEY_HEADERS = {
  'x-qs-copy-source-encryption-customer-algorithm': 'AES256',
  'x-qs-copy-source-encryption-customer-key': 'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=',
  'x-qs-copy-source-encryption-customer-key-md5': 'F3apf5enN9TQbA8CaOS4/g==',
};
export const rich: NewObject = {
  headers: {
    contentType: 'video/mp4',
    cacheControl: 'no-cache',
    contentDisposition: 'attachment; filename="数据.mp4"',
    contentEncoding: 'gzip',
    expires: 'Tue, 05 Mar 2024 06:07:08 GMT',
  },
  metadata: { Owner: 'alice', 'copy-token': 't' },
  tags: {},
  storageClass: 'STANDARD_IA',
  encryption: customer,
  overwrite: false,
};
export const RICH_HEADERS = {
  'content-type': 'video/mp4',
  'cache-control': 'no-cache',
  'content-disposition': 'attachment; filename="数据.mp4"',
  'content-encoding': 'gzip',
  expires: 'Tue, 05 Mar 2024 06:07:08 GMT',
  'x-qs-meta-owner': 'alice',
  'x-qs-meta-copy-token': 't',
  'x-qs-storage-class': 'STANDARD_IA',
  ...DESTINATION_KEY_HEADERS,
};
export const AT = new Date('2024-03-05T06:07:08Z');
export const conditions = { ifMatch: '"A"', ifNoneMatch: '"B"', ifModifiedSince: AT, ifUnmodifiedSince: AT };
export const CONDITION_HEADERS = {
  'x-qs-copy-source-if-match': '%22A%22',
  'x-qs-copy-source-if-none-match': '%22B%22',
  'x-qs-copy-source-if-modified-since': 'Tue, 05 Mar 2024 06:07:08 GMT',
  'x-qs-copy-source-if-unmodified-since': 'Tue, 05 Mar 2024 06:07:08 GMT',
};
