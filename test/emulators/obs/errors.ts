import type { Answer, WireRequest } from '../answer.ts';
import type { Refusal } from '../refusal.ts';
import { xmlDocument } from '../xml.ts';
import { xmlHeaders } from './context.ts';
import { dialectOf } from './dialect.ts';

/** The id of a request: 32 hex characters, here the request's number. */
function requestIdOf(request: WireRequest): string {
  return request.id.toString(16).toUpperCase().padStart(32, '0');
}

/** The second id, which only support can read; here again the request's number. */
function hostIdOf(request: WireRequest): string {
  return Buffer.from(`objectferry-obs-${request.id}`).toString('base64');
}

/** The headers that every answer carries, in the dialect of its request. */
export function commonHeaders(request: WireRequest): Record<string, string> {
  const { prefix } = dialectOf(request);
  return { server: 'OBS', [`${prefix}request-id`]: requestIdOf(request), [`${prefix}id-2`]: hostIdOf(request) };
}

/** The error document of OBS: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0115.html */
export function errorDocument(refusal: Refusal, request: WireRequest): string {
  return xmlDocument('Error', {
    Code: refusal.code,
    Message: refusal.message,
    Resource: request.target.split('?')[0],
    RequestId: requestIdOf(request),
    HostId: hostIdOf(request),
    ...refusal.fields,
  });
}

/** The answer to a refused request. HEAD has no body, so code and message travel in headers; 304 has neither. */
export function errorAnswer(refusal: Refusal, request: WireRequest): Answer {
  const headers = { ...commonHeaders(request), ...refusal.headers };
  if (refusal.status === 304) {
    return { status: 304, headers };
  }
  if (request.method === 'HEAD') {
    const { prefix } = dialectOf(request);
    const named = { [`${prefix}error-code`]: refusal.code, [`${prefix}error-message`]: refusal.message };
    return { status: refusal.status, headers: { ...headers, ...named } };
  }
  return {
    status: refusal.status,
    headers: { ...headers, ...xmlHeaders },
    body: errorDocument(refusal, request),
  };
}
