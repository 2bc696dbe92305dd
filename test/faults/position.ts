import type { HttpRequest } from '@objectferry/shared/http/transport.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import type { FaultProvider } from './provider.ts';

/** Where in a copy something goes wrong, in the order in which a copy gets there. */
export const POSITIONS = [
  'source HEAD',
  'source tags',
  'Initiate',
  'List Uploads',
  'first List Parts',
  'first part',
  'middle part',
  'last part',
  'List Parts',
  'Complete',
  'HEAD after',
  'Abort',
  'List Parts after Abort',
  'CopyObject',
  'HEAD after CopyObject',
] as const;

/** Where the object is complete already. */
export const AFTER = ['HEAD after', 'HEAD after CopyObject'] as const satisfies readonly (typeof POSITIONS)[number][];

/** One of the places where a copy can be hit. */
export type PositionName = (typeof POSITIONS)[number];

/** A copy makes so many parts. */
export const PART_COUNT = 4;
/** Counted from 1, as we do. */
const PARTS = { 'first part': 1, 'middle part': 2, 'last part': PART_COUNT } as const;

/** One request of a copy. */
export interface Position {
  readonly operation: string;
  readonly bucket?: 'source' | 'destination';
  /** Number on the wire. */
  readonly partNumber?: number;
  /** Requests of the same kind that come before it. */
  readonly after: number;
  /** Copied by one request rather than in parts. */
  readonly whole: boolean;
  /** Faults without which the copy would not get there. */
  readonly before: readonly FaultRule[];
  /** The error that those faults end the copy with. */
  readonly error: string | undefined;
}

const PLAIN = { after: 0, whole: false, before: [], error: undefined } as const;
/** What makes a copy abort its upload: a refusal that no retry helps against. */
const REFUSED = { kind: 'status', status: 403, code: 'AccessDenied' } as const;

/** The request that a position means at a provider. */
export function positionAt(name: PositionName, { emulated, firstPart }: FaultProvider): Position {
  const wire = (partNumber: number): number => partNumber - 1 + firstPart;
  const refusedPart: FaultRule = { operation: 'UploadPartCopy', partNumbers: [wire(2)], fault: REFUSED };
  const lostInitiate: FaultRule = { operation: emulated.initiate, times: 1, fault: { kind: 'lost-answer' } };
  switch (name) {
    case 'source HEAD':
      return { ...PLAIN, operation: 'HeadObject', bucket: 'source' };
    case 'source tags':
      return { ...PLAIN, operation: 'GetObjectTagging', bucket: 'source' };
    case 'Initiate':
      return { ...PLAIN, operation: emulated.initiate };
    case 'List Uploads':
      return { ...PLAIN, operation: 'ListMultipartUploads', before: [lostInitiate] };
    case 'first List Parts':
      return { ...PLAIN, operation: 'ListParts' };
    case 'first part':
    case 'middle part':
    case 'last part':
      return { ...PLAIN, operation: 'UploadPartCopy', partNumber: wire(PARTS[name]) };
    case 'List Parts':
      // The span has listed them once, to find what is there already.
      return { ...PLAIN, operation: 'ListParts', after: 1 };
    case 'Complete':
      return { ...PLAIN, operation: 'CompleteMultipartUpload' };
    case 'HEAD after':
      return { ...PLAIN, operation: 'HeadObject', bucket: 'destination' };
    case 'Abort':
      return { ...PLAIN, operation: 'AbortMultipartUpload', before: [refusedPart], error: 'AccessDenied' };
    case 'List Parts after Abort':
      return { ...PLAIN, operation: 'ListParts', after: 1, before: [refusedPart], error: 'AccessDenied' };
    case 'CopyObject':
      return { ...PLAIN, operation: 'CopyObject', whole: true };
    case 'HEAD after CopyObject':
      return { ...PLAIN, operation: 'HeadObject', bucket: 'destination', whole: true };
  }
}

/** True for a request on the wire that is of the position's kind, whatever the provider's dialect. */
export function isAt({ operation, bucket, partNumber }: Position, request: HttpRequest, path: string): boolean {
  const { method, target } = request;
  const here = bucket === undefined || target.startsWith(path);
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
  const inUpload = /upload_?id=/i.test(query);
  switch (operation) {
    case 'HeadObject':
      return method === 'HEAD' && here;
    case 'GetObjectTagging':
      return method === 'GET' && here && query.startsWith('tagging');
    case 'UploadPartCopy':
      return new RegExp(`part_?number=${partNumber}(?:&|$)`, 'i').test(query);
    case 'ListParts':
      return method === 'GET' && inUpload;
    case 'ListMultipartUploads':
      return method === 'GET' && /(?:^|&)uploads/.test(query);
    case 'CompleteMultipartUpload':
      return method === 'POST' && inUpload;
    case 'AbortMultipartUpload':
      return method === 'DELETE';
    case 'CopyObject':
      return method === 'PUT' && !inUpload;
    default:
      return method === 'POST' && !inUpload;
  }
}
