import type { Answer, WireRequest } from '../answer.ts';
import type { Refusal } from '../refusal.ts';

const errorCodesPage = 'https://docs.qingcloud.com/qingstor/api/common/error_code.html';

/** The id that answers carry as `x-qs-request-id`: 16 hex characters, here the request's number. */
export function requestIdOf(request: WireRequest): string {
  return request.id.toString(16).padStart(16, '0');
}

/** The error document: https://docs.qingcloud.com/qingstor/api/common/error_code.html */
export function errorDocument(refusal: Refusal, request: WireRequest): string {
  return JSON.stringify({
    // What the parsing that all emulators share refuses has a code of another provider.
    code: refusal.code === 'InvalidURI' ? 'invalid_argument' : refusal.code,
    message: refusal.message,
    request_id: requestIdOf(request),
    url: errorCodesPage,
    ...refusal.fields,
  });
}

/** The answer to a refused request. HEAD and 304 have no body, so only the status speaks. */
export function errorAnswer(refusal: Refusal, request: WireRequest): Answer {
  const headers = { server: 'QingStor', 'x-qs-request-id': requestIdOf(request), ...refusal.headers };
  if (refusal.status === 304 || request.method === 'HEAD') {
    return { status: refusal.status, headers };
  }
  return {
    status: refusal.status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: errorDocument(refusal, request),
  };
}
