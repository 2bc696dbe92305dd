import type { FaultRule } from '../emulators/fault-plan.ts';

/** What goes wrong in the main job: each of these loses a whole copy with most tools. */
export const FAULTS: readonly FaultRule[] = [
  {
    operation: 'InitiateMultipartUpload',
    times: 1,
    fault: { kind: 'lost-answer' },
  },
  {
    operation: 'UploadPartCopy',
    partNumbers: { every: 11 },
    timesPerPart: 1,
    fault: { kind: 'missing-etag' },
  },
  {
    operation: 'UploadPartCopy',
    partNumbers: [3, 40],
    timesPerPart: 2,
    fault: { kind: 'status', status: 500, code: 'InternalError' },
  },
  {
    operation: 'UploadPartCopy',
    partNumbers: [17, 18, 19],
    timesPerPart: 1,
    fault: {
      kind: 'status',
      status: 503,
      code: 'TotalQpsLimitExceeded',
      headers: { 'x-oss-qos-delay-time': '150' },
    },
  },
  { operation: 'UploadPartCopy', partNumbers: [25], timesPerPart: 1, fault: { kind: 'lost-answer' } },
  {
    operation: 'UploadPartCopy',
    partNumbers: [31],
    timesPerPart: 1,
    fault: { kind: 'error-in-200', code: 'InternalError' },
  },
  { operation: 'UploadPartCopy', partNumbers: [37], timesPerPart: 1, fault: { kind: 'cut-body' } },
  { operation: 'UploadPartCopy', partNumbers: [50], timesPerPart: 1, fault: { kind: 'whole-object' } },
  { operation: 'UploadPartCopy', partNumbers: [61], timesPerPart: 1, fault: { kind: 'reset' } },
  { operation: 'CompleteMultipartUpload', times: 1, fault: { kind: 'lost-answer' } },
];
