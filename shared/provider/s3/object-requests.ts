import type { CopyObjectRequest, FirstPartRequest, GetRangeRequest, HeadRequest } from '../provider.ts';
import * as xml from '../xml/object-requests.ts';
import type { Headers, StoreRequest } from '../xml/request.ts';
import { forbidsOverwriteByCopy, type S3Quirks } from './config.ts';
import { AMZ_PREFIX } from './dialect.ts';
import { newObjectHeaders, readKeyHeaders, sourceKeyHeaders } from './headers.ts';
import { S3_LIMITS } from './limits.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function headObject(request: HeadRequest, quirks: S3Quirks): StoreRequest {
  return xml.headObject(request, { ...checksumMode(quirks), ...readKeyHeaders(request.customerKey) });
}

/** HEAD of the first part, whose size tells the part boundaries. */
export function headFirstPart({ object, customerKey }: FirstPartRequest): StoreRequest {
  const request = xml.headObject({ object }, readKeyHeaders(customerKey));
  return { ...request, query: [...request.query, ['partNumber', '1']] };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject(request: GetRangeRequest): StoreRequest {
  return xml.getObject(request, readKeyHeaders(request.customerKey));
}

/**
 * Replaces metadata and tags by what the caller gives, so that nothing travels by itself.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html for `If-None-Match`
 * @throws CopyError Unsupported, InvalidRequest
 */
export function copyObject(request: CopyObjectRequest, quirks: S3Quirks): StoreRequest {
  return xml.copyObject(request, AMZ_PREFIX, S3_LIMITS.maxCopyObjectBytes, {
    ...newObjectHeaders(request.object, quirks),
    ...sourceKeyHeaders(request.sourceKey),
    ...(request.object.overwrite || !forbidsOverwriteByCopy(quirks) ? {} : { 'if-none-match': '*' }),
    'x-amz-metadata-directive': 'REPLACE',
    // A store without tags may refuse the header (501) rather than overlook it.
    ...(quirks.tags ? { 'x-amz-tagging-directive': 'REPLACE' } : {}),
  });
}

function checksumMode({ checksums }: S3Quirks): Headers {
  return checksums ? { 'x-amz-checksum-mode': 'ENABLED' } : {};
}
