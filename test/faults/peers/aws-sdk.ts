import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { type Peer, rangesOf } from './peer.ts';

/** Amazon's SDK has no copy in parts: the loop that everybody writes, with an abort when it fails. */
export const copyWithAwsSdk: Peer = async (task) => {
  const { emulator, from, to, key, copy, keys } = task;
  const s3 = new S3Client({
    endpoint: emulator.endpoint,
    region: emulator.region,
    forcePathStyle: true,
    credentials: { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey },
  });
  const target = { Bucket: to, Key: copy };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
  const upload = { ...target, UploadId };
  try {
    const Parts = [];
    for (const [index, [first, last]] of rangesOf(task).entries()) {
      const PartNumber = index + 1;
      const CopySourceRange = `bytes=${first}-${last}`;
      const input = { ...upload, PartNumber, CopySource: `${from}/${key}`, CopySourceRange };
      const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(input));
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand(upload));
    throw error;
  } finally {
    s3.destroy();
  }
};
