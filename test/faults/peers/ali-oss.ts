import OSS from 'ali-oss';
import type { Peer } from './peer.ts';

/** Alibaba Cloud's SDK, which has a copy in parts of its own. */
export const copyWithAliOss: Peer = ({ emulator, from, to, key, copy, partBytes, keys }) => {
  const client = new OSS({
    accessKeyId: keys.accessKeyId,
    accessKeySecret: keys.secretAccessKey,
    bucket: to,
    endpoint: emulator.endpoint,
    region: `oss-${emulator.region}`,
    authorizationV4: true,
  });
  const source = { sourceKey: key, sourceBucketName: from };
  return client.multipartUploadCopy(copy, source, { partSize: partBytes, parallel: 1 });
};
