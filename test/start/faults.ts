import type { Fault, FaultRule } from '../emulators/fault-plan.ts';

/** Throttling with each provider's own hint of how long to wait, in milliseconds or seconds. */
const THROTTLED: Fault = {
  kind: 'status',
  status: 503,
  code: 'SlowDown',
  headers: { 'x-oss-qos-delay-time': '150', 'x-obs-qos-delay-time': '150', 'retry-after': '1' },
};

const onPart = (partNumber: number, fault: Fault, times = 1): FaultRule => ({
  operation: 'UploadPartCopy',
  partNumbers: [partNumber],
  timesPerPart: times,
  fault,
});

/**
 * What goes wrong in the main job: each of these loses a whole copy with most tools.
 *
 * @param initiate The operation that begins an upload, as the provider calls it.
 * @param reportsRanges Whether the provider says which bytes it copied; others never copy more than was asked for.
 */
export function faultsOf(initiate: string, reportsRanges: boolean): FaultRule[] {
  return [
    { operation: initiate, times: 1, fault: { kind: 'lost-answer' } },
    { operation: 'UploadPartCopy', partNumbers: { every: 11 }, timesPerPart: 1, fault: { kind: 'missing-etag' } },
    onPart(3, { kind: 'status', status: 500, code: 'InternalError' }, 2),
    onPart(5, THROTTLED),
    onPart(7, { kind: 'lost-answer' }),
    onPart(9, { kind: 'error-in-200', code: 'InternalError' }),
    onPart(12, { kind: 'cut-body' }),
    ...(reportsRanges ? [onPart(14, { kind: 'whole-object' })] : []),
    onPart(16, { kind: 'reset' }),
    { operation: 'CompleteMultipartUpload', times: 1, fault: { kind: 'lost-answer' } },
  ];
}
