import type { HonoRequest } from 'hono';
import { ApiProblem } from './problem.ts';

/** The largest request is a few KiB; nothing near this is one. */
export const LARGEST_BODY_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * Reads a body of JSON, and no more of it than is allowed.
 *
 * @throws ApiProblem UnsupportedMediaType, BodyTooLarge or MalformedJson.
 */
export async function readJsonBody(request: HonoRequest): Promise<unknown> {
  if (!JSON_TYPE.test(request.header('content-type') ?? '')) {
    throw new ApiProblem(
      'UnsupportedMediaType',
      'Send the request as JSON in UTF-8, with Content-Type: application/json.',
    );
  }
  const body = await readBytes(request);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ApiProblem(
      'MalformedJson',
      'The body cannot be read as JSON in UTF-8: check its quotes, commas and brackets.',
    );
  }
}

async function readBytes(request: HonoRequest): Promise<Uint8Array> {
  // Refused before a byte of it is read.
  if (Number(request.header('content-length') ?? 0) > LARGEST_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // A body without a length is not trusted to be short.
    for await (const chunk of request.raw.body ?? []) {
      size += chunk.byteLength;
      if (size > LARGEST_BODY_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ApiProblem) throw error;
    // The caller is gone: nothing of ours is broken.
    throw new ApiProblem('MalformedJson', 'The body ended before it was complete: send the request again.');
  }
  return Buffer.concat(chunks);
}

function tooLarge(): ApiProblem {
  return new ApiProblem(
    'BodyTooLarge',
    `The body is larger than ${LARGEST_BODY_BYTES / 1024} KiB: a request is much smaller.`,
  );
}
