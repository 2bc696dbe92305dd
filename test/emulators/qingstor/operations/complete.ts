import { createHash } from 'node:crypto';
import type { Answer } from '../../answer.ts';
import { Content } from '../../content.ts';
import type { StoredPart, Upload } from '../../object-types.ts';
import { bareEtag, sameEtag } from '../../preconditions.ts';
import { Refusal } from '../../refusal.ts';
import { plainEtag } from '../conditions.ts';
import { findBucket, header, type ObjectCall, type QingstorContext, versionHeader } from '../context.ts';
import { checkKey, checkKeyIfGiven, encryptionEcho } from '../encryption.ts';
import { findUpload } from './multipart.ts';
import { bodyOf } from './write.ts';

const leastBytesOfPart = 4 * 2 ** 20;
const mostParts = 10_000;

interface NamedPart {
  readonly partNumber: number;
  readonly etag: string | undefined;
}

/** https://docs.qingcloud.com/qingstor/api/object/complete_multipart_upload.html */
export function completeMultipartUpload(context: QingstorContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const upload = findUpload(context, call);
  const check = context.quirks.keyAtComplete ? checkKey : checkKeyIfGiven;
  check(call, upload.properties.encryption);
  const parts = partsToJoin(call, upload);
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...upload.properties,
    content: Content.concat(parts.map((part) => part.content)),
    etag: finalEtag(call, upload),
    type: 'Multipart',
    crc64: undefined,
  });
  context.model.endUpload(upload);
  return {
    status: 201,
    headers: { ...versionHeader(bucket, stored.versionId), ...encryptionEcho(stored.encryption) },
  };
}

/** What the client says. What the service makes where the client says nothing is undocumented, so here it means nothing. */
function finalEtag(call: ObjectCall, { uploadId }: Upload): string {
  const given = bareEtag(plainEtag(header(call, 'etag') ?? ''));
  return given === '' ? createHash('md5').update(uploadId).digest('hex') : given;
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'invalid_argument', message);
}

function readParts(body: string): readonly NamedPart[] {
  const list = property(parseJson(body), 'object_parts');
  if (!Array.isArray(list) || list.length === 0) {
    throw invalid('The document must list the parts to join: {"object_parts":[{"part_number":0}]}.');
  }
  return list.map((part: unknown) => {
    const partNumber = property(part, 'part_number');
    const etag = property(part, 'etag');
    if (typeof partNumber !== 'number' || (etag !== undefined && typeof etag !== 'string')) {
      throw invalid('Each of object_parts must have a part_number, which is a number, and may have an etag.');
    }
    return { partNumber, etag };
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(400, 'invalid_json', 'The body of the request is not JSON.');
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

/** The parts that the client lists, joined in ascending order whatever order they are listed in. */
function partsToJoin(call: ObjectCall, upload: Upload): readonly StoredPart[] {
  const named = readParts(bodyOf(call).toBuffer().toString('utf8'));
  if (named.length > mostParts) {
    throw new Refusal(400, 'max_parts_exceeded', `An upload has at most ${mostParts} parts.`);
  }
  if (new Set(named.map(({ partNumber }) => partNumber)).size < named.length) {
    throw invalid('A part is listed twice.');
  }
  const parts = named.map((part) => storedPart(part, upload)).sort((a, b) => a.partNumber - b.partNumber);
  const small = parts.slice(0, -1).find((part) => part.content.size < leastBytesOfPart);
  if (small) {
    throw new Refusal(
      400,
      'entity_too_small',
      `Part ${small.partNumber} is smaller than 4 MB, which only the last one may be.`,
    );
  }
  return parts;
}

function storedPart({ partNumber, etag }: NamedPart, upload: Upload): StoredPart {
  const part = upload.parts.get(partNumber);
  if (!part || (etag !== undefined && !sameEtag(plainEtag(etag), part.etag))) {
    throw invalid(`Part ${partNumber} was not uploaded, or has another etag.`);
  }
  return part;
}
