import { Refusal } from '../refusal.ts';
import { algorithm, type CredentialScope, scopeText, sha256, sign } from './signature-v4.ts';

/** What was inside an aws-chunked body. */
export interface Unframed {
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
}

/** What the signatures of chunks are made with; each of them covers the one before it. */
export interface ChunkSigning {
  readonly secretAccessKey: string;
  readonly scope: CredentialScope;
  readonly time: string;
  readonly seed: string;
}

interface Chunk {
  readonly data: Buffer;
  readonly signature: string | undefined;
  readonly end: number;
}

const lineEnd = '\r\n';
const emptyHash = sha256('');
const trailerSignature = 'x-amz-trailer-signature';

function incomplete(): Refusal {
  return new Refusal(
    400,
    'IncompleteBody',
    'The request body terminated unexpectedly or is not framed as aws-chunked says.',
  );
}

function mismatch(): Refusal {
  return new Refusal(
    403,
    'SignatureDoesNotMatch',
    'The chunk signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

function readChunk(framed: Buffer, at: number): Chunk {
  const end = framed.indexOf(lineEnd, at);
  const head = /^([0-9a-f]+)(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(
    framed.toString('latin1', at, Math.max(at, end)),
  );
  const size = Number.parseInt(head?.[1] ?? '', 16);
  const begin = end + lineEnd.length;
  if (Number.isNaN(size) || begin + size > framed.length) {
    throw incomplete();
  }
  return { data: framed.subarray(begin, begin + size), signature: head?.[2], end: begin + size };
}

function readTrailers(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) {
        throw incomplete();
      }
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

/**
 * Takes the frame off an aws-chunked body, verifying each chunk's signature where the client signed them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export function unframe(framed: Buffer, signing: ChunkSigning | undefined): Unframed {
  const data: Buffer[] = [];
  let previous = signing?.seed ?? '';
  let at = 0;
  for (;;) {
    const chunk = readChunk(framed, at);
    if (signing) {
      const expected = signChunk(signing, previous, chunk.data);
      if (chunk.signature !== expected) {
        throw mismatch();
      }
      previous = expected;
    }
    if (chunk.data.length === 0) {
      const trailers = readTrailers(framed.toString('utf8', chunk.end));
      checkTrailers(trailers, previous, signing);
      return { body: Buffer.concat(data), trailers };
    }
    data.push(chunk.data);
    at = chunk.end + lineEnd.length;
  }
}

function signChunk({ secretAccessKey, scope, time }: ChunkSigning, previous: string, data: Buffer): string {
  const text = [`${algorithm}-PAYLOAD`, time, scopeText(scope), previous, emptyHash, sha256(data)].join('\n');
  return sign(secretAccessKey, scope, text);
}

/** Signed trailers end with their signature. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html */
function checkTrailers(
  trailers: ReadonlyMap<string, string>,
  previous: string,
  signing: ChunkSigning | undefined,
): void {
  const signed = [...trailers].filter(([name]) => name !== trailerSignature);
  if (!signing || signed.length === 0) {
    return;
  }
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const { secretAccessKey, scope, time } = signing;
  const text = [`${algorithm}-TRAILER`, time, scopeText(scope), previous, sha256(lines)].join('\n');
  if (trailers.get(trailerSignature) !== sign(secretAccessKey, scope, text)) {
    throw mismatch();
  }
}
