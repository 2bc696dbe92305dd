import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';

/** The same push with other headers. */
export function withHeaders(request: PushRequest, headers: PushRequest['headers']): PushRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}

/** The same push with other fields in its JSON body, whose signature stays. */
export function withFields(request: PushRequest, fields: Readonly<Record<string, unknown>>): PushRequest {
  const body: unknown = JSON.parse(Buffer.from(request.body).toString());
  return { ...request, body: Buffer.from(JSON.stringify({ ...Object(body), ...fields })) };
}

/** The same push with another body. */
export function withBody(request: PushRequest, body: string): PushRequest {
  return { ...request, body: Buffer.from(body) };
}
