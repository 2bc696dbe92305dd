import type { CopyObjectRequest, GetRangeRequest, HeadRequest, ObjectVersion } from '../provider.ts';
import * as xml from '../xml/object-requests.ts';
import type { Headers, StoreRequest } from '../xml/request.ts';
import type { S3Quirks } from './config.ts';
import { AMZ_PREFIX } from './dialect.ts';
import { newObjectHeaders, readKeyHeaders, sourceKeyHeaders } from './headers.ts';
import { S3_LIMITS } from './limits.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function headObject(request: HeadRequest, quirks: S3Quirks): StoreRequest {
  return xml.headObject(request, { ...checksumMode(quirks), ...readKeyHeaders(request.customerKey) });
}

/** HEAD of the first part, whose size tells the part boundaries. */
export function headFirstPart(object: ObjectVersion): StoreRequest {
  const request = xml.headObject({ object });
  return { ...request, query: [...request.query, ['partNumber', '1']] };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject(request: GetRangeRequest): StoreRequest {
  return xml.getObject(request, readKeyHeaders(request.customerKey));
}

/**
 * Replaces metadata and tags by what the caller gives, so that nothing travels by itself. `overwrite` is not
 * told: Amazon and some others take `If-None-Match` with CopyObject by now, but a 412 would not say whether source or
 * destination was meant.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 * @throws CopyError Unsupported, InvalidRequest
 */
export function copyObject(request: CopyObjectRequest, quirks: S3Quirks): StoreRequest {
  return xml.copyObject(request, AMZ_PREFIX, S3_LIMITS.maxCopyObjectBytes, {
    ...newObjectHeaders(request.object, quirks),
    ...sourceKeyHeaders(request.sourceKey),
    'x-amz-metadata-directive': 'REPLACE',
    // A store without tags may refuse the header (501) rather than overlook it.
    ...(quirks.tags ? { 'x-amz-tagging-directive': 'REPLACE' } : {}),
  });
}

function checksumMode({ checksums }: S3Quirks): Headers {
  return checksums ? { 'x-amz-checksum-mode': 'ENABLED' } : {};
}
