import { S3Client, UploadPartCopyCommand } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import { demoS3Account } from '#test/emulators/s3/emulator.ts';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type Cost } from '../messages.ts';
import { warm } from '../warm.ts';

const MIB = 2 ** 20;

/**
 * Amazon's SDK with the loop that everybody writes around it: so many workers, each with one part copy at a time. Its
 * sockets are 50 unless a task says otherwise. No upload is begun or completed, as in one handler.
 */
export const answer: Answer = async (message): Promise<Cost> => {
  const task = v.parse(CopyTask, message);
  const { inFlight, parts } = task;
  const s3 = clientOf(task);
  let claimed = 0;
  const work = async (): Promise<void> => {
    while (claimed < parts) {
      claimed += 1;
      await copyPart(s3, task, claimed);
    }
  };
  const { cost } = await measured(() => Promise.all(Array.from({ length: inFlight }, work)));
  return cost;
};

const clientOf = warm(({ port, sockets }) => {
  const { accessKeyId, secretAccessKey } = demoS3Account;
  return new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    ...(sockets === undefined ? {} : { requestHandler: { httpAgent: { maxSockets: sockets } } }),
  });
});

async function copyPart(s3: S3Client, { key, partSizeMiB }: CopyTask, PartNumber: number): Promise<void> {
  const offset = (PartNumber - 1) * partSizeMiB * MIB;
  const { CopyPartResult } = await s3.send(
    new UploadPartCopyCommand({
      Bucket: 'archive',
      Key: key,
      UploadId: key,
      PartNumber,
      CopySource: 'raw/key',
      CopySourceRange: `bytes=${offset}-${offset + partSizeMiB * MIB - 1}`,
      CopySourceIfMatch: '"SOURCE"',
    }),
  );
  if (CopyPartResult?.ETag === undefined) throw new Error(`Part ${PartNumber} has no ETag.`);
}
