import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as v from 'valibot';
import { demoS3Account } from '#test/emulators/s3/emulator.ts';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type Cost } from '../messages.ts';

const Package = v.object({ init: v.function(), copyObjectMultipart: v.function() });
const AwsSdk2 = v.object({ S3: v.custom<new (options: object) => object>((value) => typeof value === 'function') });

/** aws-s3-multipart-copy with the second SDK of AWS, which it is made for, both from a folder outside of the project. */
export const answer: Answer = async (message): Promise<Cost> => {
  const { port, key, parts, partSizeMiB, peerFolder = '' } = v.parse(CopyTask, message);
  const load = createRequire(join(peerFolder, 'package.json'));
  const { S3 } = v.parse(AwsSdk2, load('aws-sdk'));
  const { init, copyObjectMultipart } = v.parse(Package, load('aws-s3-multipart-copy'));
  const { accessKeyId, secretAccessKey } = demoS3Account;
  const s3 = new S3({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    s3ForcePathStyle: true,
    signatureVersion: 'v4',
    accessKeyId,
    secretAccessKey,
  });
  const silence = () => undefined;
  init(s3, { info: silence, error: silence });
  const partBytes = partSizeMiB * 2 ** 20;
  const { cost } = await measured(async () =>
    copyObjectMultipart(
      {
        source_bucket: 'raw',
        object_key: 'key',
        destination_bucket: 'archive',
        copied_object_name: key,
        object_size: parts * partBytes,
        copy_part_size_bytes: partBytes,
      },
      'bench',
    ),
  );
  return cost;
};
