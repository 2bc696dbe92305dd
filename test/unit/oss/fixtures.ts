import type { NewObject } from '../../../shared/provider/provider.ts';

export const KEY = '数据/a+b c%?#(1)../x.bin';
export const PATH = '/%E6%95%B0%E6%8D%AE/a%2Bb%20c%25%3F%23%281%29../x.bin';
export const object = { bucket: 'src-bucket', key: KEY, versionId: 'CAEQ+/=' };
export const upload = { bucket: 'dst-bucket', key: KEY, uploadId: 'UP+1' };
export const plain: NewObject = { headers: {}, metadata: {}, tags: {}, overwrite: true };
export const rich: NewObject = {
  headers: {
    contentType: 'video/mp4',
    cacheControl: 'no-cache',
    contentDisposition: 'attachment; filename="数据.mp4"',
    contentEncoding: 'gzip',
    contentLanguage: 'zh',
    expires: 'Tue, 05 Mar 2024 06:07:08 GMT',
  },
  metadata: { Owner: '爱丽丝', 'copy-token': 't' },
  tags: { 'a b': '1+1', 中: '' },
  acl: 'private',
  storageClass: 'IA',
  encryption: { kind: 'kms', keyId: 'key-1' },
  overwrite: false,
};
export const RICH_HEADERS = {
  'content-type': 'video/mp4',
  'cache-control': 'no-cache',
  'content-disposition': 'attachment; filename="数据.mp4"',
  'content-encoding': 'gzip',
  'content-language': 'zh',
  expires: 'Tue, 05 Mar 2024 06:07:08 GMT',
  'x-oss-meta-owner': '爱丽丝',
  'x-oss-meta-copy-token': 't',
  'x-oss-tagging': 'a%20b=1%2B1&%E4%B8%AD=',
  'x-oss-storage-class': 'IA',
  'x-oss-server-side-encryption': 'KMS',
  'x-oss-server-side-encryption-key-id': 'key-1',
  'x-oss-forbid-overwrite': 'true',
};
export const COPY_SOURCE = '/src-bucket/%E6%95%B0%E6%8D%AE/a%2Bb%20c%25%3F%23%281%29../x.bin?versionId=CAEQ%2B%2F%3D';
export const copyXml = (root: string, etag = '&quot;E-1&quot;') =>
  `<?xml version="1.0"?><${root} xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com"><LastModified>2014-07-17T06:27:54.000Z</LastModified><ETag>${etag}</ETag></${root}>`;

/** The call fails with this name; gives the error for more. */
export async function failure(call: Promise<unknown>): Promise<Error> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('the call succeeded');
  return error;
}
