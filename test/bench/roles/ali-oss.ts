import OSS from 'ali-oss';
import * as v from 'valibot';
import { demoOssAccount } from '#test/emulators/oss/emulator.ts';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type Cost } from '../messages.ts';

/** Alibaba Cloud's own SDK for Node, as its manual shows it, with V4 and its own agent. */
export const answer: Answer = async (message): Promise<Cost> => {
  const { port, key, partSizeMiB, inFlight } = v.parse(CopyTask, message);
  const client = new OSS({
    accessKeyId: demoOssAccount.accessKeyId,
    accessKeySecret: demoOssAccount.secretAccessKey,
    bucket: 'archive',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'oss-cn-hangzhou',
    authorizationV4: true,
  });
  const { cost } = await measured(() =>
    client.multipartUploadCopy(
      key,
      { sourceKey: 'key', sourceBucketName: 'raw' },
      { parallel: inFlight, partSize: partSizeMiB * 2 ** 20 },
    ),
  );
  return cost;
};
