import { setImmediate as ready } from 'node:timers/promises';
import ObsClient from 'esdk-obs-nodejs';
import { type Peer, rangesOf } from './peer.ts';

/** Huawei's SDK has no copy in parts, but a sample of one: parts one after the other, then Complete. */
export const copyWithObsSdk: Peer = async (task) => {
  const { emulator, from, to, key, copy, keys } = task;
  const obs = new ObsClient({
    access_key_id: keys.accessKeyId,
    secret_access_key: keys.secretAccessKey,
    server: emulator.endpoint,
    signature: 'v2',
    path_style: true,
    is_signature_negotiation: false,
    region: emulator.region,
  });
  // The constructor returns before it has read its options.
  await ready();
  const target = { Bucket: to, Key: copy };
  const begun = succeeded(await obs.initiateMultipartUpload(target));
  const upload = { ...target, UploadId: begun.InterfaceResult?.UploadId };
  const Parts: object[] = [];
  for (const [index, [first, last]] of rangesOf(task).entries()) {
    const PartNumber = index + 1;
    const CopySourceRange = `bytes=${first}-${last}`;
    const part = succeeded(
      await obs.copyPart({ ...upload, PartNumber, CopySource: `${from}/${key}`, CopySourceRange }),
    );
    Parts.push({ PartNumber, ETag: part.InterfaceResult?.ETag });
  }
  succeeded(await obs.completeMultipartUpload({ ...upload, Parts }));
};

/** The SDK resolves for every answer. */
function succeeded<R extends { readonly CommonMsg: { readonly Status: number; readonly Code: string } }>(result: R): R {
  const { Status, Code } = result.CommonMsg;
  if (Status >= 300) throw new Error(`OBS answered ${Status} ${Code}.`);
  return result;
}
