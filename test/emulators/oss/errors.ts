import type { Answer, WireRequest } from '../answer.ts';
import type { Refusal } from '../refusal.ts';
import { xmlDocument } from '../xml.ts';
import { xmlHeaders } from './context.ts';

const unlistedCode = '0017-00000000';

/** Exception codes that are known; the others get one that means nothing. */
const exceptionCodes: Readonly<Record<string, string>> = {
  AccessDenied: '0003-00000001',
  InvalidAccessKeyId: '0002-00000902',
  NoSuchBucket: '0015-00000101',
  NoSuchKey: '0026-00000001',
  NoSuchUpload: '0042-00000002',
  RequestTimeTooSkewed: '0002-00000504',
  SignatureDoesNotMatch: '0002-00000040',
};

/** The id that answers carry as `x-oss-request-id`: 24 hex characters, here the request's number. */
export function requestIdOf(request: WireRequest): string {
  return request.id.toString(16).toUpperCase().padStart(24, '0');
}

function exceptionCodeOf(refusal: Refusal): string {
  return refusal.headers['x-oss-ec'] ?? exceptionCodes[refusal.code] ?? unlistedCode;
}

/** The error document of OSS. */
export function errorDocument(refusal: Refusal, request: WireRequest): string {
  const exceptionCode = exceptionCodeOf(refusal);
  return xmlDocument('Error', {
    Code: refusal.code,
    Message: refusal.message,
    RequestId: requestIdOf(request),
    HostId: request.headers.get('host'),
    ...refusal.fields,
    EC: exceptionCode,
    RecommendDoc: `https://api.alibabacloud.com/troubleshoot?q=${exceptionCode}`,
  });
}

/** The answer to a refused request. HEAD has no body, so the document travels in a header; 304 has neither. */
export function errorAnswer(refusal: Refusal, request: WireRequest): Answer {
  const headers = {
    server: 'AliyunOSS',
    'x-oss-request-id': requestIdOf(request),
    'x-oss-ec': exceptionCodeOf(refusal),
    ...refusal.headers,
  };
  if (refusal.status === 304) {
    return { status: 304, headers };
  }
  const document = errorDocument(refusal, request);
  if (request.method === 'HEAD') {
    return { status: refusal.status, headers: { ...headers, 'x-oss-err': Buffer.from(document).toString('base64') } };
  }
  return { status: refusal.status, headers: { ...headers, ...xmlHeaders }, body: document };
}
