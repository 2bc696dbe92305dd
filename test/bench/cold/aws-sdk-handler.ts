import { S3Client, UploadPartCopyCommand } from '@aws-sdk/client-s3';

/** As much of an invocation as a part copy needs. */
interface Event {
  readonly source: string;
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly size: number;
  readonly partSize: number;
  readonly first: number;
  readonly count: number;
}

const s3 = new S3Client({});

/** What CopySpan does, as it is written with Amazon's SDK and nothing else: no checks, no retries of its own. */
export async function handler(event: Event): Promise<number> {
  const { source, bucket, key, uploadId, size, partSize, first, count } = event;
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  const copied = await Promise.all(
    numbers.map((PartNumber) => {
      const offset = (PartNumber - 1) * partSize;
      const CopySourceRange = `bytes=${offset}-${Math.min(size, offset + partSize) - 1}`;
      const upload = { Bucket: bucket, Key: key, UploadId: uploadId };
      return s3.send(new UploadPartCopyCommand({ ...upload, PartNumber, CopySource: source, CopySourceRange }));
    }),
  );
  return copied.filter(({ CopyPartResult }) => CopyPartResult?.ETag !== undefined).length;
}
