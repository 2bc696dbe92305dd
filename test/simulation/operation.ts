import type { HttpRequest } from '@objectferry/shared/http/transport.ts';

/** Operations that a copy uses, by names that are the same for all providers. */
export type Operation =
  | 'AbortMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'CopyObject'
  | 'DeleteObject'
  | 'GetObject'
  | 'GetObjectTagging'
  | 'HeadObject'
  | 'InitiateMultipartUpload'
  | 'ListMultipartUploads'
  | 'ListParts'
  | 'UploadPart'
  | 'UploadPartCopy';

/** What a request asks for, as far as the network between has to know. */
export function operationOf(request: HttpRequest): Operation {
  const { method, target, headers } = request;
  const ofUpload = uploadIdOf(request) !== undefined;
  switch (method) {
    case 'HEAD':
      return 'HeadObject';
    case 'DELETE':
      return ofUpload ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'POST':
      return ofUpload ? 'CompleteMultipartUpload' : 'InitiateMultipartUpload';
    case 'PUT':
      return ofUpload ? partOperation(headers) : 'CopyObject';
    default:
      return ofUpload ? 'ListParts' : reading(target);
  }
}

function partOperation(headers: HttpRequest['headers']): Operation {
  return Object.keys(headers).some((name) => name.endsWith('copy-source')) ? 'UploadPartCopy' : 'UploadPart';
}

function reading(target: string): Operation {
  if (/[?&]uploads\b/.test(target)) return 'ListMultipartUploads';
  return /[?&]tagging\b/.test(target) ? 'GetObjectTagging' : 'GetObject';
}

/** The upload that a request is about. */
export function uploadIdOf({ target }: HttpRequest): string | undefined {
  return /[?&]upload_?id=([^&]*)/i.exec(target)?.[1];
}

export function partNumberOf({ target }: HttpRequest): number | undefined {
  const text = /[?&]part_?number=(\d+)/i.exec(target)?.[1];
  return text === undefined ? undefined : Number(text);
}

/** Bytes that the provider copies for it; 0 for a request that copies none. */
export function bytesOf(request: HttpRequest, sourceSize: number): number {
  const operation = operationOf(request);
  if (operation !== 'UploadPartCopy' && operation !== 'CopyObject') return 0;
  const range = Object.entries(request.headers).find(([name]) => /copy-source-range$|copy-range$/.test(name))?.[1];
  const [, first, last] = /(\d+)-(\d+)/.exec(range ?? '') ?? [];
  return first === undefined || last === undefined ? sourceSize : Number(last) - Number(first) + 1;
}
