import { Refusal } from '../refusal.ts';
import { type ChunkSigning, type Unframed, unframe } from './chunked.ts';
import { header, invalidArgument, type S3Call } from './context.ts';
import { sha256 } from './signature-v4.ts';

/** The value of `x-amz-content-sha256` for a body that is not signed. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

const signedChunks = ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'];
const unsignedChunks = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

/** The body that a request really carries, checked against what `x-amz-content-sha256` says of it. */
export function readPayload(call: S3Call, declared: string, signing: ChunkSigning): Unframed {
  const { body } = call.request;
  if (signedChunks.includes(declared)) {
    return checkedLength(call, unframe(body, signing));
  }
  if (declared === unsignedChunks) {
    return checkedLength(call, unframe(body, undefined));
  }
  if (declared !== unsignedPayload) {
    checkDigest(declared, body);
  }
  return { body, trailers: new Map() };
}

function checkDigest(declared: string, body: Buffer): void {
  if (!/^[0-9a-f]{64}$/.test(declared)) {
    throw invalidArgument(
      `x-amz-content-sha256 must be ${unsignedPayload}, ${[unsignedChunks, ...signedChunks].join(', ')} or a valid sha256 value.`,
      'x-amz-content-sha256',
      declared,
    );
  }
  const computed = sha256(body);
  if (computed !== declared) {
    throw new Refusal(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      { fields: { ClientComputedContentSHA256: declared, S3ComputedContentSHA256: computed } },
    );
  }
}

function checkedLength(call: S3Call, unframed: Unframed): Unframed {
  const declared = header(call, 'x-amz-decoded-content-length');
  if (declared === undefined) {
    throw new Refusal(411, 'MissingContentLength', 'You must provide the x-amz-decoded-content-length HTTP header.');
  }
  if (Number(declared) !== unframed.body.length) {
    throw new Refusal(
      400,
      'IncompleteBody',
      'You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header.',
    );
  }
  return unframed;
}
