import type { Fault } from '../../emulators/fault-plan.ts';
import { answering, type Family, type FaultSpec, OK } from '../fault.ts';
import { AFTER, POSITIONS } from '../position.ts';
import { withoutBody, withoutDocument, withoutEtag, withoutXml } from '../unlike.ts';

const GIANT_BYTES = 2 ** 30;
const HEADER_BYTES = 2 ** 17;
const DEPTH = 100_000;

function spoiled(name: string, title: string, fault: Fault, unlike?: FaultSpec['unlike']): FaultSpec {
  return { name, title, at: POSITIONS, injection: answering(fault), expect: OK, ...(unlike && { unlike }) };
}

const WRONG_ENDPOINT = "S3 redirects whoever asks the wrong endpoint, so the store's configuration is named.";

/** Where an ETag is what makes the answer believed. */
const ETAG_AT = [
  'source HEAD',
  'first List Parts',
  'first part',
  'middle part',
  'last part',
  'List Parts',
  'Complete',
  'HEAD after',
  'CopyObject',
  'HEAD after CopyObject',
] as const;

/** Answers with a success status that prove nothing. */
export const answers: Family = {
  title: 'The answer is not what it seems, once',
  text: 'The status says success; what comes with it does not. Unless the row says otherwise the work was done.',
  faults: [
    {
      ...spoiled('missing-etag', '200 without an ETag', { kind: 'missing-etag' }, withoutEtag),
      at: ETAG_AT,
    },
    {
      ...spoiled('empty-etag', '200 with an empty ETag', { kind: 'empty-etag' }, withoutEtag),
      at: ETAG_AT,
    },
    spoiled(
      'error-in-200',
      '200 with an error document, no work',
      { kind: 'error-in-200', code: 'InternalError' },
      withoutBody,
    ),
    spoiled(
      'error-in-200-done',
      '200 with an error document, the work done',
      { kind: 'error-in-200', code: 'InternalError', done: true },
      withoutBody,
    ),
    spoiled('empty-body', 'empty body', { kind: 'empty-body' }, withoutDocument),
    spoiled('malformed', 'malformed document', { kind: 'malformed-xml' }, withoutDocument),
    spoiled('nested', `document nested ${DEPTH} deep`, { kind: 'nested-body', depth: DEPTH }, withoutDocument),
    spoiled('entities', 'document that declares entities', { kind: 'entities' }, withoutXml),
    spoiled('gigantic', 'document of 1 GiB', { kind: 'gigantic-body', bytes: GIANT_BYTES }, withoutDocument),
    spoiled('gigantic-header', 'header of 128 KiB', { kind: 'gigantic-header', bytes: HEADER_BYTES }),
    spoiled('web-page', 'web page of a proxy, no work', { kind: 'web-page' }),
    spoiled('length-too-long', 'Content-Length 64 bytes too long', { kind: 'wrong-length', bytes: 64 }, withoutBody),
    spoiled(
      'length-too-short',
      'Content-Length 20 bytes too short',
      { kind: 'wrong-length', bytes: -20 },
      withoutDocument,
    ),
    {
      name: 'redirect',
      title: '307 to another endpoint, which is never followed',
      at: POSITIONS,
      injection: {
        kind: 'answer',
        fault: ({ elsewhere }) => ({ kind: 'redirect', status: 307, location: elsewhere }),
      },
      expect: { result: 'RegionMismatch' },
      except: [
        { at: ['List Uploads'], result: 'ok' },
        { at: ['Abort', 'List Parts after Abort'], result: 'AccessDenied' },
        {
          at: AFTER,
          on: ['s3'],
          result: 'InvalidConfig',
          bytes: 'right',
          because: WRONG_ENDPOINT,
        },
        {
          at: AFTER,
          result: 'RegionMismatch',
          bytes: 'right',
          because:
            'The object was complete before the redirect; the copy fails all the same, because nobody could look.',
        },
        { on: ['s3'], result: 'InvalidConfig', because: WRONG_ENDPOINT },
      ],
    },
  ],
};
