import type { Answer, WireRequest } from '../answer.ts';
import type { Refusal } from '../refusal.ts';
import { xmlDocument } from '../xml.ts';
import { xmlHeaders } from './context.ts';

/** The ids that answers carry as `x-amz-request-id` and `x-amz-id-2`, here made of the request's number. */
function requestIds(request: WireRequest): { readonly requestId: string; readonly hostId: string } {
  const requestId = request.id.toString(16).toUpperCase().padStart(16, '0');
  return { requestId, hostId: Buffer.from(`objectferry ${requestId}`).toString('base64') };
}

/** The headers of every answer. */
export function idHeaders(request: WireRequest): Record<string, string> {
  const { requestId, hostId } = requestIds(request);
  return { server: 'AmazonS3', 'x-amz-request-id': requestId, 'x-amz-id-2': hostId };
}

/** The error document: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function errorDocument(refusal: Refusal, request: WireRequest): string {
  const { requestId, hostId } = requestIds(request);
  return xmlDocument('Error', {
    Code: refusal.code,
    Message: refusal.message,
    ...refusal.fields,
    RequestId: requestId,
    HostId: hostId,
  });
}

/** The answer to a refused request; HEAD and 304 have nothing but the status. */
export function errorAnswer(refusal: Refusal, request: WireRequest): Answer {
  const headers = { ...idHeaders(request), ...refusal.headers };
  if (refusal.status === 304 || request.method === 'HEAD') {
    return { status: refusal.status, headers };
  }
  return {
    status: refusal.status,
    headers: { ...headers, ...xmlHeaders },
    body: errorDocument(refusal, request),
  };
}
