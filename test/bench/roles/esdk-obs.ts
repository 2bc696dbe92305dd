import { setImmediate as ready } from 'node:timers/promises';
import ObsClient from 'esdk-obs-nodejs';
import * as v from 'valibot';
import { demoObsAccount } from '#test/emulators/obs/emulator.ts';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type Cost } from '../messages.ts';

const MIB = 2 ** 20;

/** Huawei's SDK with the loop of its manual around `copyPart`, so many at a time: the manual's own sends all at once. */
export const answer: Answer = async (message): Promise<Cost> => {
  const task = v.parse(CopyTask, message);
  const obs = new ObsClient({
    access_key_id: demoObsAccount.accessKeyId,
    secret_access_key: demoObsAccount.secretAccessKey,
    server: `http://127.0.0.1:${task.port}`,
    signature: 'obs',
    path_style: true,
    is_signature_negotiation: false,
    region: 'cn-north-4',
  });
  // The constructor returns before it has read its options.
  await ready();
  let claimed = 0;
  const work = async (): Promise<void> => {
    while (claimed < task.parts) {
      claimed += 1;
      await copyPart(obs, task, claimed);
    }
  };
  const { cost } = await measured(() => Promise.all(Array.from({ length: task.inFlight }, work)));
  return cost;
};

async function copyPart(obs: ObsClient, { key, partSizeMiB }: CopyTask, PartNumber: number): Promise<void> {
  const offset = (PartNumber - 1) * partSizeMiB * MIB;
  const { CommonMsg, InterfaceResult } = await obs.copyPart({
    Bucket: 'archive',
    Key: key,
    UploadId: key,
    PartNumber,
    CopySource: 'raw/key',
    CopySourceRange: `bytes=${offset}-${offset + partSizeMiB * MIB - 1}`,
  });
  // The SDK resolves for every answer.
  if (CommonMsg.Status !== 200 || InterfaceResult?.ETag === undefined) {
    throw new Error(`Part ${PartNumber} was answered ${CommonMsg.Status} ${CommonMsg.Code}.`);
  }
}
